import { type ApiToken, sha256Of } from '../api-token.ts';

/** Who may use the ops API. */
export class BearerTokens {
  readonly #tokens: readonly (readonly [string, ApiToken])[];

  constructor(tokens: ReadonlyMap<string, ApiToken>) {
    this.#tokens = [...tokens];
  }

  /** The token's name, or null. Every token is compared, in constant time. */
  nameOf(authorization: string | undefined): string | null {
    const given = sha256Of(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '');
    return this.#tokens.filter(([, token]) => token.matches(given))[0]?.[0] ?? null;
  }
}
