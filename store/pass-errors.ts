/** Another pass has taken this record over: this one must not write any more. Nothing is lost, the hint is still there. */
export class LeaseLost extends Error {
  readonly code = 'lease_lost';
  constructor() {
    super('Another pass has taken over this record');
    this.name = 'LeaseLost';
  }
}

/**
 * Temporal may have given up this attempt of an activity, and a successor may be at work: it takes no record. Nothing has
 * changed. If it was not given up after all, Temporal tries again.
 */
export class AttemptGivenUp extends Error {
  readonly code = 'attempt_given_up';
  constructor() {
    super('Another attempt may be looking at this record');
    this.name = 'AttemptGivenUp';
  }
}

/** Somebody has paused the pair, or it was stopped, while the pass was under way: it must not write any more. */
export class PairPaused extends Error {
  readonly code = 'pair_paused';
  constructor() {
    super('The pair of this record was paused');
    this.name = 'PairPaused';
  }
}

/** The same thing is being created by another record's pass: look again when it is known what became of that. */
export class CreationInProgress extends Error {
  readonly code = 'creation_in_progress';
  /** When that creation was begun. */
  readonly since: Date;
  constructor(since: Date) {
    super('The same record is being created by another pass');
    this.name = 'CreationInProgress';
    this.since = since;
  }
}

/** The partner's own pass is still running: look again when it has ended. */
export class PartnerBusy extends Error {
  readonly code = 'partner_busy';
  constructor() {
    super('The partner record is being looked at by its own pass');
    this.name = 'PartnerBusy';
  }
}
