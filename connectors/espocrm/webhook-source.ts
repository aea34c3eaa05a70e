import type { CallContext } from '../connector.ts';
import type { WebhookHead, WebhookSource } from '../webhook-source.ts';
import { espoCrmWebhookKinds, espoCrmWebhookPath } from './webhook-registrar.ts';
import { claimedWebhook, parseEspoBatch, verifyEspoSignature } from './webhooks.ts';

/** Far above the 50 items of a batch of EspoCRM: a 413 would lose the events. */
const longestBodyBytes = 16 * 1024 * 1024;

/**
 * EspoCRM's webhooks, one address per pair and event. The answers follow what EspoCRM 9.2.7 makes of them (observed): 401,
 * 404 and 503 come again, 400 and 413 are lost for good and so are answered only where a repetition could not help.
 * @param readSecrets secret keys of our API user's webhooks, by webhook id
 */
export function createEspoCrmWebhookSource(
  readSecrets: (context: CallContext) => Promise<ReadonlyMap<string, string>>,
): WebhookSource {
  return {
    path: espoCrmWebhookPath,
    routes: `/<pair>/${espoCrmWebhookKinds.join('|')}`,
    longestBodyBytes,
    answers: { badSignature: 401, badBody: 400 },
    reusesClaims: false,
    addressOf: (head) => {
      const { pair, kind } = partsOf(head);
      return isKind(kind) && pair !== '' ? { pair } : null;
    },
    claimed: ({ headers }) => claimedWebhook(headers),
    claimOf: ({ id }) => id,
    isSigned: ({ rawBody, headers }, { claim, secret }) =>
      verifyEspoSignature(rawBody, headers, new Map([[claim, secret]])).ok,
    parse: (request) => {
      const batch = parseEspoBatch(request.rawBody);
      const event = partsOf(request).kind;
      return batch.ok
        ? { ok: true, records: batch.ids.map((id) => ({ entity: null, id, event, shown: null })) }
        : batch;
    },
    readKeys: async (context) =>
      [...(await readSecrets(context))].map(([id, secret]) => ({ claim: id, registrationId: id, secret })),
  };
}

function partsOf({ route }: WebhookHead): { readonly pair: string; readonly kind: string } {
  const [pair = '', kind = '', ...rest] = route.split('/');
  return { pair, kind: rest.length === 0 ? kind : '' };
}

const isKind = (kind: string): boolean => espoCrmWebhookKinds.some((known) => known === kind);
