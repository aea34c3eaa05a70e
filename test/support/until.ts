import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds.
 * @param everyMs to look costs something that others need too, as calls of a budget
 * @throws with the description if it does not within the time
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 240_000,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to this within ${withinMs} ms: ${what}`);
    await sleep(everyMs);
  }
}
