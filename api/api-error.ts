import { z } from 'zod';

/** What every refused request is answered with. */
export const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** When to come again after an outage, whose end nobody knows. */
export const outageSeconds = 10;

interface RetryAdvice {
  readonly retryAfterSeconds?: number;
}

/** A request that can't be served, with the status and what to do about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Null where a repetition would not help. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, code: string, message: string, { retryAfterSeconds }: RetryAdvice = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds ?? (status === 503 ? outageSeconds : null);
  }
}

export const bodyOf = (code: string, message: string): z.infer<typeof errorBody> => ({ error: { code, message } });
