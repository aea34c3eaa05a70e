import type { Demo, OpenDemo } from './demo.ts';
import { openOfficeDemo } from './office-demo.ts';
import { openPortalDemo } from './portal/portal-demo.ts';

/**
 * `make demo`: everything on this machine, the main story, and then it stays up. `ONCE=1` ends after the story,
 * `PAIR=portal` tells that of Productive and the portal.
 */
const once = (process.env['ONCE'] ?? '') !== '';
const pair = process.env['PAIR'] ?? '';
const demos: Readonly<Record<string, OpenDemo>> = {
  '': openOfficeDemo,
  beteiligte: openOfficeDemo,
  portal: openPortalDemo,
};

const demo = await openOrExplain(demos[pair]);
if (demo !== null) {
  console.log(`\n${demo.introduction}\n`);
  const told = await demo.tell();
  if (once || !told) await demo.stop();
  else await stayUp(demo);
  process.exitCode = told ? 0 : 1;
}

async function openOrExplain(open: OpenDemo | undefined): Promise<Demo | null> {
  try {
    if (open === undefined) throw new Error(`There is no demo of ${pair}: PAIR is portal, beteiligte, or nothing`);
    return await open((line) => {
      console.log(line);
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The demo could not be started');
    process.exitCode = 1;
    return null;
  }
}

async function stayUp(open: Demo): Promise<void> {
  console.log(open.leaveOpen());
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      resolve(undefined);
    });
  }
  await ended;
  console.log('\nEnding everything …');
  await open.stop();
}
