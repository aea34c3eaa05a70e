import { z } from 'zod';
import { errorBody } from '../../api-error.ts';
import { portalId, problems } from '../shapes.ts';
import { isHarmlessHtml } from './harmless-html.ts';

export const time = z.iso.datetime();
export const idParams = z.object({ id: portalId });

/** What a write is answered with. */
export const receipt = z.object({
  id: portalId,
  /** For If-Match: what the next change was made from. */
  version: z.string(),
  modifiedAt: time,
  /** `pending`: stored here, and Productive will be told. */
  syncState: z.enum(['pending', 'synced', 'failed']),
  /** Not sent before this time (PORTAL_WRITES); null: as soon as possible. */
  sentFrom: time.nullable(),
});
export type Receipt = z.infer<typeof receipt>;

/** Of a record that only the portal has. */
export const ownReceipt = receipt.omit({ syncState: true, sentFrom: true });
export type OwnReceipt = z.infer<typeof ownReceipt>;

const maxHtmlLength = 100_000;

export const html = z
  .string()
  .max(maxHtmlLength)
  .refine(isHarmlessHtml, {
    error:
      'contains HTML that is not taken: formatting, lists, tables, links and images are, without style or scripts; a < is written &lt;',
  })
  .describe('HTML');

export const writeProblems = { ...problems, 409: errorBody, 412: errorBody, 422: errorBody } as const;

export const writeHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')
    .optional()
    .describe('A name of your own for this request: sent again within 24 hours, it is not carried out twice'),
  'if-match': z.string().max(100).optional().describe('The version that the change was made from'),
});

export const atLeastOne = (body: object): boolean => Object.keys(body).length > 0;
export const nothingToChange = { error: 'names nothing to change' };
