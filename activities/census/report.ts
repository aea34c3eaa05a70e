import type { Connector } from '../../connectors/connector.ts';
import { type CensusReport, CensusReportBuilder, type LinkInReport } from '../../engine/census-report.ts';
import { type LoneOutcome, type LoneRecord, loneRecordOf, matchPopulations } from '../../engine/match-population.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { type PerSide, type Side, sides } from '../../engine/values.ts';
import type { CensusFindingStore, FoundCouple } from '../../store/census-findings.ts';
import type { CensusMode } from '../../store/population-tables.ts';
import { notKnownOf } from './not-known.ts';

export interface ReportedRun {
  readonly id: string;
  readonly pair: string;
  readonly mode: CensusMode;
}

export interface ReporterOptions {
  readonly pairs: readonly PairDefinition[];
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly findings: Pick<CensusFindingStore, keyof CensusFindingStore>;
}

/** So many findings are held at once; of records without a partner only their keys are kept beyond that. */
const portion = 500;

/**
 * What a dry run's findings would lead to, told from what both lists have shown: nothing is read from the systems.
 * @throws what the store throws
 */
export function createCensusReporter(options: ReporterOptions): (run: ReportedRun) => Promise<CensusReport> {
  return async (run) => {
    const pair = options.pairs.find(({ name }) => name === run.pair);
    if (pair === undefined) throw new Error(`No pair ${run.pair}`);
    const connectors = {
      master: options.connectors[pair.title.master.system],
      replica: options.connectors[pair.title.replica.system],
    };
    const builder = new CensusReportBuilder({
      pair,
      mode: run.mode,
      notKnown: notKnownOf(pair, run.mode, connectors),
      showsLess: (side, attribute, shown) => connectors[side]?.list?.showsLess(attribute, shown) ?? false,
    });
    const report = new Report({ run, pair, builder, findings: options.findings });
    const isReplicaListed = run.mode !== 'rebuild' && connectors.replica?.list != null;
    const lone = await report.addCouples();
    await report.addStrangers(lone);
    await report.addLone(matchPopulations(pair, lone), isReplicaListed);
    return builder.report();
  };
}

interface ReportParts {
  readonly run: ReportedRun;
  readonly pair: PairDefinition;
  readonly builder: CensusReportBuilder;
  readonly findings: ReporterOptions['findings'];
}

type Lone = PerSide<LoneRecord[]>;

/** One report in the making. */
class Report {
  readonly #parts: ReportParts;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /** @returns records that have a link of their own, but no partner */
  async addCouples(): Promise<Lone> {
    const { run, findings } = this.#parts;
    const lone: Lone = { master: [], replica: [] };
    let afterLinkId = 0;
    for (;;) {
      const couples = await findings.couples(run.id, { afterLinkId, limit: portion });
      for (const couple of couples) this.#addCouple(couple, lone);
      const last = couples.at(-1);
      if (last === undefined) return lone;
      afterLinkId = last.link.id;
    }
  }

  async addStrangers(lone: Lone): Promise<void> {
    const { run, pair, findings } = this.#parts;
    for (const side of sides) {
      for (let afterId: string | undefined = ''; afterId !== undefined;) {
        const found = await findings.strangers(run.id, side, { afterId, limit: portion });
        for (const { id, attributes } of found) lone[side].push(loneRecordOf(pair, side, id, attributes));
        afterId = found.at(-1)?.id;
      }
    }
  }

  async addLone(outcomes: readonly LoneOutcome[], isReplicaListed: boolean): Promise<void> {
    for (let from = 0; from < outcomes.length; from += portion) {
      const some = outcomes.slice(from, from + portion);
      const named = some.flatMap((outcome) => (outcome.kind === 'named' ? [outcome.replicaId] : []));
      const taken = await this.#parts.findings.takenReplicas(this.#parts.pair.name, named);
      for (const outcome of some) {
        const isTaken = outcome.kind === 'named' && taken.has(outcome.replicaId);
        this.#parts.builder.addLone(outcome, isTaken ? 'taken' : isReplicaListed ? 'unknown' : 'not_checked');
      }
      await this.#addMeetings(some);
    }
  }

  #addCouple({ link, shown }: FoundCouple, lone: Lone): void {
    const { pair, builder } = this.#parts;
    if (isCouple(link)) builder.addCouple(link, shown);
    else
      for (const side of sides) {
        const id = side === 'master' ? link.masterId : link.replicaId;
        const attributes = shown[side];
        if (id !== null && attributes != null && link.state === 'new')
          lone[side].push(loneRecordOf(pair, side, id, attributes));
      }
  }

  async #addMeetings(outcomes: readonly LoneOutcome[]): Promise<void> {
    const { run, findings, builder } = this.#parts;
    const couples = outcomes.filter((outcome) => outcome.kind === 'link');
    const idsOn = (side: Side): string[] =>
      couples.map((couple) => (side === 'master' ? couple.masterId : couple.replicaId));
    const masters = await findings.attributesOf(run.id, 'master', idsOn('master'));
    const replicas = await findings.attributesOf(run.id, 'replica', idsOn('replica'));
    for (const { masterId, replicaId, by } of couples) {
      const [master, replica] = [masters.get(masterId), replicas.get(replicaId)];
      if (master !== undefined && replica !== undefined && builder.isLinked(by))
        builder.addMeeting(masterId, master, replica);
    }
  }
}

const isCouple = (link: FoundCouple['link']): link is FoundCouple['link'] & LinkInReport =>
  link.masterId !== null && link.replicaId !== null;
