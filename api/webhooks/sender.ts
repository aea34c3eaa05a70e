import type { WebhookHead, WebhookKey, WebhookRequest, WebhookSource } from '../../connectors/webhook-source.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

/** A system that may have sent a request, and how that can be told. */
export interface PossibleSender {
  readonly system: string;
  readonly source: WebhookSource;
  readonly secrets: WebhookSecrets;
}

export interface ProvenSender {
  readonly system: string;
  readonly source: WebhookSource;
  readonly key: WebhookKey;
}

class NotFromThere extends Error {
  readonly code = 'not_from_there';
  constructor(message: string) {
    super(message);
    this.name = 'NotFromThere';
  }
}

const knows = ({ secrets }: PossibleSender, claim: string): boolean =>
  secrets.known().some((key) => key.claim === claim);

/**
 * Whether the request says that it comes from a registration that is known, or that one of the systems knows when they
 * are asked. Proves nothing; whoever can't say that is not listened to.
 */
export async function namesKnownWebhook(head: WebhookHead, senders: readonly PossibleSender[]): Promise<boolean> {
  const claims = senders.flatMap((sender) => {
    const claim = sender.source.claimed(head);
    return claim === null ? [] : [{ sender, claim }];
  });
  if (claims.some(({ sender, claim }) => knows(sender, claim))) return true;
  const asked = claims.map(async ({ sender, claim }) => {
    await sender.secrets.refresh(claim);
    if (!knows(sender, claim)) throw new NotFromThere('It does not know the webhook');
    return true;
  });
  return Promise.any(asked).catch(() => false);
}

/**
 * The system that has signed the request; null if none has. Of several the first one. The keys decide alone: two instances
 * may number their webhooks alike.
 */
export async function senderOf(
  request: WebhookRequest,
  senders: readonly PossibleSender[],
  nowMs: number,
): Promise<ProvenSender | null> {
  const proven = senders.map((sender) => proofOf(request, sender, nowMs)).find((proof) => proof !== null);
  if (proven !== undefined) return proven;
  // A registration that was made since the keys were read: its key can be had from the system. One that does not answer
  // must not hold up what the other has sent.
  const asked = senders.map(async (sender) => {
    const claim = sender.source.claimed(request);
    if (claim === null || (knows(sender, claim) && !sender.source.reusesClaims)) throw notSigned();
    await sender.secrets.refresh(claim);
    const proof = proofOf(request, sender, nowMs);
    if (proof === null) throw notSigned();
    return proof;
  });
  return Promise.any(asked).catch(() => null);
}

const notSigned = (): NotFromThere => new NotFromThere('Its keys do not fit');

function proofOf(request: WebhookRequest, sender: PossibleSender, nowMs: number): ProvenSender | null {
  const { system, source, secrets } = sender;
  const claim = source.claimed(request);
  const key = secrets.known().find((one) => one.claim === claim && source.isSigned(request, one, nowMs));
  return key === undefined ? null : { system, source, key };
}
