/** An answer that refuses a request. `reason` goes into `X-Status-Reason`; null: no such header. */
export class EspoError extends Error {
  readonly status: number;
  readonly reason: string | null;
  readonly body: unknown;

  constructor(status: number, reason: string | null, body: unknown = '') {
    super(reason ?? `status ${status}`);
    this.name = 'EspoError';
    this.status = status;
    this.reason = reason;
    this.body = body;
  }
}

/** Only the first failing field is reported, and nothing is written. */
export const invalidField = (entityType: string, field: string, type: string): EspoError =>
  new EspoError(400, `Field validation failure; entityType: ${entityType}, field: ${field}, type: ${type}.`, {
    messageTranslation: { label: 'validationFailure', scope: null, data: { field, type } },
  });
