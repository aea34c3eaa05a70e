import { setTimeout as sleep } from 'node:timers/promises';

/** @throws Error that names what did not come to pass in time */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`It did not come to this within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}
