import { z } from 'zod';
import { errorBody } from '../api-error.ts';

/** The portal's own id of a record. */
export const portalId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "must be the portal's id of a record")
  .describe("The portal's id");

export const problems = {
  400: errorBody,
  401: errorBody,
  403: errorBody,
  404: errorBody,
  429: errorBody,
  503: errorBody,
} as const;
