import { AuthFailed } from './errors.ts';

/** How long refused credentials are not shown again, in milliseconds. EspoCRM locks an address for as long (9.2.7). */
const holdMs = 60_000;

/**
 * Remembers that a system has refused our credentials: every waiting record would show the same wrong ones again, and
 * systems lock out an address or an account that insists, in EspoCRM's case together with everybody behind the same proxy.
 */
export interface RefusedCredentials {
  /** @throws AuthFailed, without any call, while a refusal is fresh */
  check(): void;
  remember(): void;
}

export function createRefusedCredentials(system: string, now: () => number): RefusedCredentials {
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  return {
    check() {
      if (now() - refusedAtMs >= holdMs) return;
      throw new AuthFailed(
        `${system}: the credentials were refused a moment ago; they are shown again after a minute`,
        { system },
      );
    },
    remember() {
      refusedAtMs = now();
    },
  };
}
