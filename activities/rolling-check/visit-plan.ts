/** A Schedule starts a run this often. */
export const rollingCheckEveryMs = 60_000;

export interface VisitPlan {
  /** Records that were seen since then are left alone. */
  readonly unseenForMs: number;
  /** At most so many in one run. */
  readonly limit: number;
}

/** A record is visited again when this part of the period is over, so that there is time left for a late run. */
const dueAfter = 0.8;
/** Runs may be twice as fast as they need to: what an outage or a spent budget has held up is made up for. */
const haste = 2;

/** How many of so many records a run visits, for all of them to be visited within the period, and each about once. */
export const visitPlan = (linked: number, periodMs: number): VisitPlan => ({
  unseenForMs: periodMs * dueAfter,
  limit: Math.ceil((linked * haste * rollingCheckEveryMs) / periodMs),
});
