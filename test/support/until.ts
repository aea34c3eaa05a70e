import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds. @throws with the description if it does not within the time */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 240_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to this within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}
