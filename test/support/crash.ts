import type { SyncDependencies, WorkerDependencies } from '../../activities/dependencies.ts';

/** The process is dead: nothing that it still tries takes effect. */
export class Crash extends Error {
  readonly code = 'crash';
  override readonly name = 'Crash';
}

export interface CrashPoint {
  /** Counted over every call to the store and to a system, from 1. */
  readonly call: number;
  /** Whether the call took effect before the process died. */
  readonly moment: 'before' | 'after';
}

/**
 * The same dependencies in a process that dies at the given call. Every later call fails too, so that no clean-up of
 * ours can help. `calls` counts what was called, to know how many points there are.
 */
export function dyingAt<D extends SyncDependencies & Partial<Pick<WorkerDependencies, 'censusRuns' | 'sightings'>>>(
  deps: D,
  point: CrashPoint | null,
): { deps: D; calls: () => number } {
  let calls = 0;
  let dead = false;
  const guarded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name, object);
        if (name === 'list' && typeof value === 'object' && value !== null) return guarded(value);
        // What is asked of a list without a call can't die.
        if (typeof value !== 'function' || name === 'showsLess') return value;
        return async (...args: unknown[]) => {
          if (dead) throw new Crash('already dead');
          calls += 1;
          const dies = point !== null && calls === point.call;
          if (dies && point.moment === 'before') dead = true;
          if (dead) throw new Crash(`died before ${String(name)}`);
          const result: unknown = await Reflect.apply(value, object, args);
          if (dies) dead = true;
          if (dies) throw new Crash(`died after ${String(name)}`);
          return result;
        };
      },
    });
  const connectors = Object.fromEntries(Object.entries(deps.connectors).map(([name, one]) => [name, guarded(one)]));
  return {
    deps: {
      ...deps,
      connectors,
      passes: guarded(deps.passes),
      links: guarded(deps.links),
      ...(deps.censusRuns !== undefined && { censusRuns: guarded(deps.censusRuns) }),
      ...(deps.sightings !== undefined && { sightings: guarded(deps.sightings) }),
    },
    calls: () => calls,
  };
}
