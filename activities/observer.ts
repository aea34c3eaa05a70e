import type { Call } from '../connectors/connector.ts';
import type { PassSummary } from '../workflows/contract.ts';

type Details = Readonly<Record<string, string | number | null>>;

/** What a pass tells the outside while it runs. Never a record's values. */
export interface PassObserver {
  onPass(pair: string, summary: PassSummary): void;
  onCall(call: Call): void;
  /** Something that an operator should read. */
  onProblem(message: string, details: Details): void;
  /** Something that was told as a problem is over. */
  onRecovery(message: string, details: Details): void;
}
