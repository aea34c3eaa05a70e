import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosSettings } from './settings.ts';

export interface PaceOptions {
  readonly settings: Pick<ChaosSettings, 'records' | 'edits'>;
  readonly durationMs: number;
  /** People go slower while more records than that wait. */
  readonly isTooMuch: () => boolean;
}

export interface Work {
  /** Something new is made. */
  readonly arrive: () => void;
  /** Somebody does something with what is there. */
  readonly act: () => void;
}

const tickMs = 100;
const mostPerTick = 1;
/** Share of the time after which everything is there. */
const arrivalsEndAt = 0.6;

/** Spreads all arrivals and edits over the time, and takes longer if people have to wait. */
export async function keepPace({ settings, durationMs, isTooMuch }: PaceOptions, work: Work): Promise<void> {
  const startedAt = Date.now();
  let [arrivals, occasions] = [0, 0];
  for (;;) {
    const passed = (Date.now() - startedAt) / durationMs;
    const arrivalsDue = Math.min(settings.records, Math.ceil((settings.records * passed) / arrivalsEndAt));
    const occasionsDue = Math.min(settings.edits, Math.ceil(settings.edits * passed));
    // Whoever had to wait goes on at a person's pace: a thousand edits in one moment are an import.
    for (let done = 0; done < mostPerTick && arrivals < arrivalsDue && !isTooMuch(); done += 1) {
      arrivals += 1;
      work.arrive();
    }
    for (let done = 0; done < mostPerTick && occasions < occasionsDue && !isTooMuch(); done += 1) {
      occasions += 1;
      work.act();
    }
    if (passed >= 1 && arrivals === settings.records && occasions === settings.edits) return;
    await sleep(tickMs);
  }
}
