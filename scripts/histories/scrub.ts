/** The name under which everything in a recording was done. */
export const recorder = 'recorder';

/**
 * A history without what names a machine, a process or a place in its files. Identities become `recorder`; stack traces
 * are dropped, no workflow sees them.
 */
export function scrubbed(history: unknown): unknown {
  if (Array.isArray(history)) return history.map(scrubbed);
  if (typeof history !== 'object' || history === null) return history;
  const entries = Object.entries(history).filter(([key]) => key !== 'stackTrace');
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'identity' ? recorder : scrubbed(value)]));
}
