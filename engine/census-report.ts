import { Changes, type ChangesReport, mostSamples, perSide, reportOf, Sample, type Sampled } from './census-sample.ts';
import type { Gone } from './deletion.ts';
import { byNumber, type LoneOutcome } from './match-population.ts';
import type { PairDefinition } from './pair.ts';
import { type Plan, type Seen, withoutPast } from './plan.ts';
import { plan } from './planner.ts';
import type { QuestionCode } from './question.ts';
import { replicaIdIn, rememberedSync } from './status.ts';
import { type Attributes, attributeOf, otherSide, type PerSide, type Side, sides } from './values.ts';

// An alias, not an interface: only that is JSON to the compiler, and a report is stored as such.

/** What a walk over a pair would lead to, if it were no dry run. Ids, names and counts; its size does not grow with the pair's. */
export type CensusReport = {
  /** Records that would become couples. */
  readonly link: {
    readonly count: number;
    /** Of them, those whose master names the partner's number. */
    readonly byNumber: number;
    readonly samples: readonly { readonly masterId: string; readonly replicaId: string; readonly by: string }[];
  };
  /** What the first look at those couples would write. */
  readonly firstSync: ChangesReport;
  /** Records that look like others; a person would be asked about each. */
  readonly ambiguous: {
    readonly count: number;
    readonly samples: readonly {
      readonly record: string;
      readonly candidates: readonly string[];
      /** Names of the keys that match. */
      readonly by: readonly string[];
    }[];
  };
  /** Records that would be created, by the side that gets them; samples are those that they would be created from. */
  readonly create: PerSide<Sampled>;
  /** What would be written to couples of before. */
  readonly update: ChangesReport;
  /** Other questions that would be asked, by their code. */
  readonly asks: Readonly<Record<string, Sampled>>;
  /** Parted couples whose lost record is there again. */
  readonly returned: PerSide<Sampled>;
  /** Linked records that were not shown; each is read by id before anything follows from it. */
  readonly absent: PerSide<Sampled>;
  /** What would be deleted or archived, by its side, if those reads prove that the partner is gone. */
  readonly remove: PerSide<Sampled>;
  /** Looked at again, with nothing to write to a field. */
  readonly agreed: Sampled;
  /** A rebuild leaves records alone that name no partner. */
  readonly leftAlone: PerSide<Sampled>;
  /** What could not be known, in words. */
  readonly notKnown: readonly string[];
};

/** What a report has to know of a link. */
export interface LinkInReport {
  readonly masterId: string;
  readonly replicaId: string;
  readonly state: 'new' | 'linked' | 'unlinked' | 'deleted' | 'parked';
  readonly gone: Gone | null;
  readonly baseMaster: Attributes | null;
  readonly baseReplica: Attributes | null;
  readonly versionMaster: string | null;
  readonly versionReplica: string | null;
  readonly formerReplicaIds: readonly string[];
}

/** What the walk saw of a side: its attributes, null if it was not there, undefined if it is as it was agreed. */
export type ShownSides = Readonly<Partial<Record<Side, Attributes | null>>>;

export interface ReportOptions {
  readonly pair: PairDefinition;
  /** A rebuild creates nothing; a look at the couples takes up nothing that is in none. */
  readonly mode: 'census' | 'backfill' | 'rebuild' | 'couples';
  readonly notKnown: readonly string[];
  /** Whether a list may show less of an attribute than a read does; then the snapshot stands for it. */
  readonly showsLess: (side: Side, attribute: string, shown: Attributes[string] | undefined) => boolean;
}

/** Adds up what a walk has found, with the engine's own decisions. */
export class CensusReportBuilder {
  readonly #options: ReportOptions;
  readonly #links: CensusReport['link']['samples'][number][] = [];
  readonly #ambiguous: CensusReport['ambiguous']['samples'][number][] = [];
  #counts = { link: 0, byNumber: 0, ambiguous: 0 };
  readonly #update = new Changes();
  readonly #firstSync = new Changes();
  readonly #asks = new Map<QuestionCode, Sample>();
  readonly #agreed = new Sample();
  readonly #create = perSide();
  readonly #returned = perSide();
  readonly #absent = perSide();
  readonly #remove = perSide();
  readonly #leftAlone = perSide();

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  /** A couple of which at least one side is not as it was agreed. */
  addCouple(link: LinkInReport, shown: ShownSides): void {
    const name = link.masterId;
    for (const side of sides) {
      if (shown[side] === null) this.#absent[side].add(nameOf(side, idOn(link, side)));
    }
    const back = sides.find((side) => isPresent(shown[side]) && wasGone(link, side));
    if (back !== undefined) {
      this.#returned[back].add(nameOf(back, idOn(link, back)));
      return;
    }
    if (this.#hasOtherNumber(link, shown)) this.#ask('number_changed', name);
    else this.#addPlan(this.#planOf(link, shown), link);
  }

  /** A record without a partner. @param whenNamed what is known of the partner that it names */
  addLone(outcome: LoneOutcome, whenNamed: 'taken' | 'unknown' | 'not_checked' = 'unknown'): void {
    switch (outcome.kind) {
      case 'link':
        this.#link(outcome);
        return;
      case 'named':
        if (whenNamed === 'not_checked') this.#link({ ...outcome, by: byNumber });
        else this.#ask(whenNamed === 'taken' ? 'number_taken' : 'number_unknown', outcome.masterId);
        return;
      case 'ambiguous':
        if (this.#isLeftAlone(outcome.by)) this.#leftAlone[outcome.side].add(nameOf(outcome.side, outcome.id));
        else this.#addAmbiguous(outcome);
        return;
      case 'alone':
        this.#addAlone(outcome.side, nameOf(outcome.side, outcome.id));
    }
  }

  /** The records of a couple that would be linked, as both lists show them. */
  addMeeting(masterId: string, master: Attributes, replica: Attributes): void {
    const { pair } = this.#options;
    const seen = { master: seenAs(masterId, master, null), replica: seenAs('', replica, null) };
    const remembered = rememberedSync(pair, master);
    this.#addMerge(this.#firstSync, masterId, plan({ ...withoutPast, pair, seen, remembered }));
  }

  /** Whether records that match by this would be linked, too, in this mode. */
  isLinked(by: string): boolean {
    return !this.#isLeftAlone([by]);
  }

  report(): CensusReport {
    return {
      link: { count: this.#counts.link, byNumber: this.#counts.byNumber, samples: this.#links },
      firstSync: this.#firstSync.report(),
      ambiguous: { count: this.#counts.ambiguous, samples: this.#ambiguous },
      create: reportOf(this.#create),
      update: this.#update.report(),
      asks: Object.fromEntries([...this.#asks].map(([code, sample]) => [code, sample.report()])),
      returned: reportOf(this.#returned),
      absent: reportOf(this.#absent),
      remove: reportOf(this.#remove),
      agreed: this.#agreed.report(),
      leftAlone: reportOf(this.#leftAlone),
      notKnown: this.#options.notKnown,
    };
  }

  #link({ masterId, replicaId, by }: { masterId: string; replicaId: string; by: string }): void {
    if (this.#isLeftAlone([by])) {
      this.#leftAlone.master.add(masterId);
      return;
    }
    this.#counts.link += 1;
    if (by === byNumber) this.#counts.byNumber += 1;
    if (this.#links.length < mostSamples) this.#links.push({ masterId, replicaId, by });
  }

  #isLeftAlone(by: readonly string[]): boolean {
    const { mode } = this.#options;
    return mode === 'couples' || (mode === 'rebuild' && !by.includes(byNumber));
  }

  #addAmbiguous({ side, id, candidates, by }: LoneOutcome & { kind: 'ambiguous' }): void {
    this.#counts.ambiguous += 1;
    if (this.#ambiguous.length >= mostSamples) return;
    const others = candidates.slice(0, mostSamples).map((candidate) => nameOf(otherSide(side), candidate));
    this.#ambiguous.push({ record: nameOf(side, id), candidates: others, by });
  }

  #addAlone(side: Side, name: string): void {
    const { mode } = this.#options;
    if (mode === 'rebuild' || mode === 'couples') this.#leftAlone[side].add(name);
    else if (this.#options.pair.createOn.includes(otherSide(side))) this.#create[otherSide(side)].add(name);
    else this.#ask('may_not_create', name);
  }

  #hasOtherNumber(link: LinkInReport, { master }: ShownSides): boolean {
    const named = isPresent(master) ? replicaIdIn(this.#options.pair, master) : null;
    return named !== null && named !== link.replicaId && !link.formerReplicaIds.includes(named);
  }

  #planOf(link: LinkInReport, shown: ShownSides): Plan {
    const { pair } = this.#options;
    const base = { master: link.baseMaster ?? {}, replica: link.baseReplica ?? {} };
    const seen = (side: Side): Seen => {
      const attributes = shown[side];
      if (attributes === null) return { kind: 'gone', id: idOn(link, side), proven: true };
      const version = side === 'master' ? link.versionMaster : link.versionReplica;
      if (attributes === undefined) return seenAs(idOn(link, side), base[side], version);
      return seenAs(idOn(link, side), this.#completed(side, base[side], attributes), null);
    };
    return plan({
      ...withoutPast,
      pair,
      base,
      parted: link.gone,
      seen: { master: seen('master'), replica: seen('replica') },
    });
  }

  /** What a list leaves out, or cuts, is taken to be as it was agreed. */
  #completed(side: Side, base: Attributes, shown: Attributes): Attributes {
    const { pair, showsLess } = this.#options;
    const less = pair.fields
      .map(({ attribute }) => attribute[side])
      .filter((name) => showsLess(side, name, shown[name]));
    return { ...shown, ...Object.fromEntries(less.map((name) => [name, attributeOf(base, name)])) };
  }

  #addPlan(planned: Plan, link: LinkInReport): void {
    const name = link.masterId;
    switch (planned.kind) {
      case 'merge':
        this.#addMerge(this.#update, name, planned);
        return;
      case 'ask':
        this.#ask(planned.question.code, name);
        return;
      case 'create':
        this.#create[planned.side].add(name);
        return;
      case 'remove':
        this.#remove[planned.side].add(nameOf(planned.side, idOn(link, planned.side)));
        return;
      // Created as soon as what it has to point to is there.
      case 'wait':
        this.#create[otherSide(planned.waiting[0]?.side ?? 'master')].add(name);
        return;
      // Nothing is written; what is absent has been counted.
      case 'part':
      case 'rest':
      case 'adopt':
        return;
    }
  }

  #addMerge(changes: Changes, name: string, planned: Plan): void {
    if (planned.kind !== 'merge') return;
    if (planned.writes.length === 0 && planned.open.length === 0) this.#agreed.add(name);
    else changes.add(name, planned);
  }

  #ask(code: QuestionCode, name: string): void {
    const sample = this.#asks.get(code) ?? new Sample();
    this.#asks.set(code, sample);
    sample.add(name);
  }
}

const seenAs = (id: string, attributes: Attributes, version: string | null): Seen => ({
  kind: 'present',
  // Times and authors are not kept with what was found: where they decide, the master wins, as with unknown ones.
  record: { id, version, attributes, modifiedAt: null, modifiedByUs: null },
});

const isPresent = (shown: Attributes | null | undefined): shown is Attributes => shown !== null && shown !== undefined;
const wasGone = ({ gone }: LinkInReport, side: Side): boolean => gone === side || gone === 'both';
const idOn = ({ masterId, replicaId }: LinkInReport, side: Side): string => (side === 'master' ? masterId : replicaId);
const nameOf = (side: Side, id: string): string => (side === 'master' ? id : `replica:${id}`);
