import type { CallBudget, CallPriority, CallReservation } from '../connectors/call-budget.ts';
import { BudgetSpent } from '../connectors/errors.ts';

/** What a pass needs of each system in the worst of the usual cases: a read and a write. More is taken one by one. */
const callsOfPass = 2;

/**
 * Reserves a pass's calls with its systems before the first is sent, so that a pass that has read can also write.
 * @throws BudgetSpent, with nothing reserved
 */
export async function reserveCalls(
  budget: CallBudget,
  systems: readonly string[],
  priority: CallPriority,
): Promise<ReadonlyMap<string, CallReservation>> {
  const reserved = new Map<string, CallReservation>();
  for (const system of systems) {
    const result = await budget.reserve(system, callsOfPass, priority);
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
