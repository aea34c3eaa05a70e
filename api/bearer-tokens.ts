import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** Who may use the ops API. Only digests are kept. */
export class BearerTokens {
  readonly #digests: readonly { readonly name: string; readonly digest: Buffer }[];

  constructor(tokens: ReadonlyMap<string, Secret>) {
    this.#digests = [...tokens].map(([name, token]) => ({ name, digest: digestOf(token.reveal()) }));
  }

  /** The token's name, or null. Every token is compared, in constant time. */
  nameOf(authorization: string | undefined): string | null {
    const given = digestOf(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '');
    return this.#digests.filter(({ digest }) => timingSafeEqual(digest, given))[0]?.name ?? null;
  }
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
