import type { NotificationChannel } from '../store/schema.ts';
import type { TakenDelivery } from '../store/notifications.ts';

/** What came of sending one. `reason`: in words, without values or addresses. */
export type SendResult =
  | { readonly kind: 'sent' }
  /** It surely did not arrive, or may arrive twice without harm. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number | null }
  /**
   * Nothing was sent, and nothing else to that system would be: it is in trouble, or has had its calls for the moment.
   * `pairs`: those whose notifications go there.
   */
  | {
      readonly kind: 'away';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly pairs: readonly string[];
    }
  /** It may have arrived, and a second one would do harm. */
  | { readonly kind: 'in_doubt'; readonly reason: string }
  /** It would be refused again and again. */
  | { readonly kind: 'undeliverable'; readonly reason: string }
  /** There is no place for it here. */
  | { readonly kind: 'off'; readonly reason: string };

/** A way to people. */
export interface Channel {
  readonly name: NotificationChannel;
  /** Whether whoever receives it knows a second copy as such. Where not, what is in doubt is not sent again. */
  readonly repeats: boolean;
  /** Whether many of a kind go out as one. */
  readonly gathers: boolean;
  /** Never throws what a system or a receiver did. */
  send(delivery: TakenDelivery): Promise<SendResult>;
}
