import type { CallBudget } from '../../connectors/call-budget.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { WebhookPair } from '../../engine/registrations.ts';
import type { CircuitStore } from '../../store/circuits.ts';
import type { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import type { CircuitBreaker } from '../circuit-breaker.ts';
import type { PassObserver } from '../observer.ts';

/** Has what a pair was not told of looked for. Asking twice is harmless. */
export interface GapFiller {
  /**
   * @param since from then on nothing was missed
   * @returns whether it is certain that it will be looked for; if not, it is to be asked for again
   */
  cover(pair: string, since: Date): Promise<boolean>;
}

export interface KeeperDependencies {
  readonly pairs: readonly WebhookPair[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  /** Where the systems reach us, without a slash at the end; null: nobody has said, so nothing is registered. */
  readonly publicUrl: string | null;
  readonly registrations: Pick<WebhookRegistrationStore, keyof WebhookRegistrationStore>;
  readonly circuits: Pick<CircuitStore, 'list'>;
  readonly breaker: Pick<CircuitBreaker, 'answered' | 'failed'>;
  readonly budget: Pick<CallBudget, 'reserve'>;
  readonly gaps: GapFiller;
  readonly observer: Pick<PassObserver, 'onCall' | 'onProblem' | 'onRecovery'>;
  readonly now: () => Date;
}
