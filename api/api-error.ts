import { z } from 'zod';

/** What every refused request is answered with. */
export const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** A request that can't be served, with the status and what to do about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

export const bodyOf = (code: string, message: string): z.infer<typeof errorBody> => ({ error: { code, message } });
