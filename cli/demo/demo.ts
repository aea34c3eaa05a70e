/** One of the demos, started. */
export interface Demo {
  readonly introduction: string;
  /** @returns whether everything came to what is told */
  tell(): Promise<boolean>;
  /** From here on the systems send their webhooks by themselves. @returns what can be tried */
  leaveOpen(): string;
  stop(): Promise<void>;
}

/** @throws with what is missing */
export type OpenDemo = (say: (line: string) => void) => Promise<Demo>;
