import type { CallBudget, CallPriority, CallReservation } from '../connectors/call-budget.ts';
import { BudgetSpent } from '../connectors/errors.ts';

/** By system, how many calls the work usually takes. More is taken one by one. */
export type NeededCalls = ReadonlyMap<string, number>;

/**
 * Reserves a pass's calls with its systems before the first is sent, so that a pass that has read can also write.
 * @throws BudgetSpent, with nothing reserved
 */
export async function reserveCalls(
  budget: CallBudget,
  needed: NeededCalls,
  priority: CallPriority,
): Promise<ReadonlyMap<string, CallReservation>> {
  const reserved = new Map<string, CallReservation>();
  for (const [system, calls] of needed) {
    const result = await budget.reserve(system, calls, priority);
    if (result.kind === 'reserved') {
      reserved.set(system, result.reservation);
      continue;
    }
    await settleCalls(reserved);
    throw new BudgetSpent(`${system}: the calls that it may be sent are used up for the moment`, { system });
  }
  return reserved;
}

/** Gives back what was not used. */
export async function settleCalls(reserved: ReadonlyMap<string, CallReservation>): Promise<void> {
  await Promise.all([...reserved.values()].map((reservation) => reservation.settle()));
}
