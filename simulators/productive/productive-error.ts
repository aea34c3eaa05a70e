export interface ErrorObject {
  /** A text in live answers, though the guide shows a number. */
  readonly status: string;
  readonly code?: string;
  readonly title: string;
  readonly detail: string;
  readonly source?: { readonly pointer: string };
  readonly limit?: number;
  readonly period?: number;
}

/** An answer that refuses a request. */
export class ProductiveError extends Error {
  readonly status: number;
  readonly errors: readonly ErrorObject[];

  constructor(status: number, errors: readonly Omit<ErrorObject, 'status'>[]) {
    super(errors.map(({ title, detail }) => `${title}: ${detail}`).join('; '));
    this.name = 'ProductiveError';
    this.status = status;
    this.errors = errors.map((error) => ({ status: String(status), ...error }));
  }
}

const single = (status: number, title: string, detail: string, code?: string): ProductiveError =>
  new ProductiveError(status, [{ ...(code !== undefined && { code }), title, detail }]);

export const unauthenticated = () => single(401, 'Unauthenticated', 'You are not authenticated', 'invalid_auth_token');
export const accessDenied = (code?: string) =>
  single(403, 'Access Denied', 'You are not authorized to access this resource', code);
export const recordNotFound = () => single(404, 'Record Not Found', 'The requested record was not found');
/** No such path or method, or bulk without the right Accept. */
export const routeNotFound = () => single(404, 'Route Not Found', 'The requested route was not found');
export const unsupportedMediaType = () => single(415, 'Unsupported Media Type', 'Unsupported content type');
export const serverError = () => single(500, 'Server Error', 'An error occured on the server');
export const unsupported = (
  what: 'Filter' | 'Filter Value' | 'Sort' | 'Include' | 'Page',
  detail: string,
  status = 400,
  code?: string,
) => single(status, `Unsupported ${what}`, detail, code);

export interface Problem {
  /** Below `data/attributes/`. */
  readonly name: string;
  readonly detail: string;
}

/** 422, with one error for each. */
export const invalidAttributes = (code: string, problems: readonly Problem[]): ProductiveError =>
  new ProductiveError(
    422,
    problems.map(({ name, detail }) => ({
      code,
      title: 'Invalid Attribute',
      detail,
      source: { pointer: `data/attributes/${name}` },
    })),
  );
