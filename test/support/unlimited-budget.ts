import { type CallBudget, callPriorities, type CallPriority } from '../../connectors/call-budget.ts';

const everything = Object.fromEntries(callPriorities.map((priority) => [priority, Number.POSITIVE_INFINITY])) as Record<
  CallPriority,
  number
>;

/** As where no budget is configured. */
export const unlimitedBudget: CallBudget = {
  reserve: () =>
    Promise.resolve({
      kind: 'reserved',
      reservation: { take: () => Promise.resolve(), settle: () => Promise.resolve() },
    }),
  state: () => Promise.resolve({ windows: [], available: everything, limitedBy: 'nothing' }),
};
