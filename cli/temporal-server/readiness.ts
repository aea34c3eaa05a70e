import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildExit, TetheredChild } from './child-process.ts';

/** Why waiting came to its end. */
export type Readiness =
  { readonly kind: 'ready' } | { readonly kind: 'ended'; readonly exit: ChildExit } | { readonly kind: 'timed-out' };

export interface ReadinessOptions {
  readonly child: TetheredChild;
  /** Resolves as soon as the child answers; throws while it does not. */
  readonly probe: () => Promise<void>;
  readonly timeoutMs: number;
}

const probeIntervalMs = 50;

/** Probes a freshly started server until it answers, ends, or the time is over. */
export async function untilReady({ child, probe, timeoutMs }: ReadinessOptions): Promise<Readiness> {
  const deadline = performance.now() + timeoutMs;
  const ended = child.exited.then((exit): Readiness => ({ kind: 'ended', exit }));
  while (performance.now() < deadline) {
    const answered = probe().then(
      (): Readiness => ({ kind: 'ready' }),
      () => undefined,
    );
    const outcome = await Promise.race([answered, ended]);
    if (outcome !== undefined) return outcome;
    await Promise.race([sleep(probeIntervalMs), ended]);
  }
  return { kind: 'timed-out' };
}
