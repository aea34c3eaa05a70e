import { z } from 'zod';
import { type ConnectorError, Forbidden, Misconfigured, Rejected } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { mayLockAddress, refusal, statusReason } from './refusal.ts';

interface Asked {
  /** The registration that was asked for; null: there is none yet. */
  readonly id: string | null;
  /** The address that should be registered, if one was sent. */
  readonly url: string | null;
  readonly nowMs: number;
}

/**
 * The error for a refused request about webhooks, with what an administrator must allow. The reasons are EspoCRM's own
 * fixed texts (source of 9.2 and 9.3: hooks and validators of Webhook).
 */
export function webhookRefusal(answer: HttpAnswer, { id, url, nowMs }: Asked): ConnectorError {
  const { system } = answer;
  const said = (text: string): string => `${system}: ${answer.request}: ${text}`;
  if (answer.status === 400 && url !== null && isInternalRefusal(answer)) {
    const text = `webhooks may not go to an internal address; an administrator must add '${hostAndPort(url)}' to webhookAllowedAddressList`;
    return new Rejected(said(text), { system, field: 'url' });
  }
  if (answer.status !== 403 || mayLockAddress(answer)) return refusal(answer, id, nowMs);
  const reason = statusReason(answer) ?? '';
  if (/exceeded the limit/.test(reason)) {
    const text = 'the API user has as many webhooks as it may (webhookMaxCountPerUser, 50); delete those of others';
    return new Rejected(said(text), { system, field: null });
  }
  if (/^(Not supported event|Entity type is not available|Not existing Entity Type)/.test(reason))
    return new Misconfigured(said('it sends no webhooks for this entity'), { system });
  const needed = /^Entity type is forbidden/.test(reason) ? 'read access to the entity' : 'the scope Webhooks enabled';
  return new Forbidden(said(`the API user's role needs ${needed} (403)`), { system });
}

const failedRule = z.object({
  messageTranslation: z.object({ data: z.object({ field: z.literal('url'), type: z.string() }) }),
});
const internal = /internal/i;

/** From 9.3.2 (validator notInternal of the field url). */
function isInternalRefusal(answer: HttpAnswer): boolean {
  const body = failedRule.safeParse(answer.json);
  if (body.success) return internal.test(body.data.messageTranslation.data.type);
  return /field: url, type: \w*internal/i.test(statusReason(answer) ?? '');
}

/** As webhookAllowedAddressList spells an address: the port is always there. */
export function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
