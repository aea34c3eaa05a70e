export type Precision = 'seconds' | 'milliseconds';

/**
 * Turns instants into wall-clock text without offset, e.g. `2026-10-25T02:30:00`. In the hour that the clocks are set
 * back two different instants give the same text, as in the original.
 */
export function createLocalTime(timeZone: string, precision: Precision): (instant: Date) => string {
  const wallClock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (instant) => {
    const seconds = wallClock.format(instant).replace(' ', 'T');
    if (precision === 'seconds') return seconds;
    return `${seconds}.${String(instant.getUTCMilliseconds()).padStart(3, '0')}`;
  };
}
