import type { Finding, NeededWebhook } from './connector.ts';
import { ConnectorError } from './errors.ts';

/** What is said of a webhook that the service has had no chance to register. */
export const notYetRegistered = ({ event }: NeededWebhook, madeWithin: string): Omit<Finding, 'check'> => ({
  level: 'warning',
  text: `${event} is not registered yet; Tandem does it within ${madeWithin} of starting`,
});

/** Runs one check; what it throws becomes a finding of that name. */
export async function attempt(check: string, run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    const text = error instanceof ConnectorError ? error.message : 'The check itself failed';
    return [{ check, level: 'failure', text }];
  }
}

const toleratedSeconds = 5;

/** Compares the `Date` header of an answer that has just come with our own clock. */
export function judgeClock(system: string, dateHeader: string | null, nowMs: number): Finding {
  const check = 'clock';
  const theirMs = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  if (Number.isNaN(theirMs)) return { check, level: 'ok', text: `${system} does not tell its time` };
  // The header has whole seconds: 12:00:00 is said during all of that second.
  const seconds = Math.round((theirMs + 500 - nowMs) / 1000);
  return Math.abs(seconds) <= toleratedSeconds
    ? { check, level: 'ok', text: `The clocks agree` }
    : {
        check,
        level: 'warning',
        text: `The clock of ${system} is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours; set both by NTP`,
      };
}
