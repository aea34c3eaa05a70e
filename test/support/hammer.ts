import { setTimeout as sleep } from 'node:timers/promises';
import type { CallBudget, CallReservation } from '../../connectors/call-budget.ts';
import { BudgetSpent } from '../../connectors/errors.ts';

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends as many requests as the budget of 'EspoCRM' gives, until told to stop: reserves three, sends two, gives one
 * back, and waits as long as it is asked to.
 */
export async function hammer(budget: CallBudget, target: Target, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const result = await budget.reserve('EspoCRM', 3, 'interactive');
    await sleep(result.kind === 'spent' ? result.retryAfterMs : await sendTwo(result.reservation, target));
  }
}

/** @returns how long to wait before going on */
async function sendTwo(reservation: CallReservation, { url, headers }: Target): Promise<number> {
  try {
    for (let call = 0; call < 2; call += 1) {
      await reservation.take();
      await (await fetch(url, { headers })).arrayBuffer();
    }
    return 0;
  } catch (error) {
    if (error instanceof BudgetSpent) return 0;
    throw error;
  } finally {
    await reservation.settle();
  }
}
