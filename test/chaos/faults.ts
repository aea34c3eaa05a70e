import type { Fault, Faults } from '../../simulators/faults.ts';

export interface Share {
  readonly fault: Fault;
  /** Of all requests. */
  readonly probability: number;
}

/** One request in ten fails, half of these after it took effect; another one in fifty is slow. */
const shares: readonly Share[] = [
  { fault: { kind: 'resetAfter' }, probability: 0.03 },
  { fault: { kind: 'truncate' }, probability: 0.02 },
  { fault: { kind: 'resetBefore' }, probability: 0.02 },
  { fault: { kind: 'status', status: 500 }, probability: 0.02 },
  { fault: { kind: 'status', status: 503 }, probability: 0.01 },
  { fault: { kind: 'latency', delayMs: 1_200 }, probability: 0.02 },
];

/** @param own what this system does beside what every system does */
export function makeFaulty(faults: Faults, own: readonly Share[]): void {
  for (const { fault, probability } of [...shares, ...own])
    faults.add({ fault, probability, times: Number.MAX_SAFE_INTEGER });
}
