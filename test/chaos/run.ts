import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Campaign } from './campaign.ts';
import { Clerk } from './clerk.ts';
import { Desk } from './desk.ts';
import { createDice } from './dice.ts';
import { readStore, type StoreReader } from './evidence.ts';
import { makeFaulty } from './faults.ts';
import type { Finding, Rest } from './findings.ts';
import { doHarm, type HarmCounts, killsIn } from './harm.ts';
import type { House } from './house.ts';
import { stuck } from './judge-couples.ts';
import { overspent, peakWithin, writesAfterQuiet } from './judge-writes.ts';
import { keyOf } from './links.ts';
import { countInLogs } from './logs.ts';
import { createOpsClient, type OpsClient } from './ops-client.ts';
import { judge } from './oracle.ts';
import { Post } from './post.ts';
import type { Totals } from './report.ts';
import type { ChaosSettings } from './settings.ts';
import { pair } from './systems.ts';
import { withWorkflows } from './workflow-view.ts';

export interface RunResult {
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  readonly harm: HarmCounts;
  readonly rest: Rest;
}

const settleWithinMs = 60_000;
const lookEveryMs = 1_000;
const mostWaiting = 400;
const mostChecksAtOnce = 16;
const mostRechecked = 1_000;
/** From one harm to the next, as parts of the average. */
const harmSpread = [0.55, 1.45] as const;

/** One run in a house that stands: people and chaos together, then calm, then the judgement. */
export class Run {
  readonly #house: House;
  readonly #settings: ChaosSettings;
  readonly #say: (line: string) => void;
  readonly #ops: OpsClient;
  readonly #desk: Desk;
  readonly #post: Post;
  readonly #clerk: Clerk;
  readonly #store: StoreReader;
  readonly #campaign: Campaign;
  readonly #startedAt = Date.now();
  #waiting = 0;
  #phase = 'chaos';
  #isOver = false;

  constructor(house: House, settings: ChaosSettings, say: (line: string) => void) {
    const { systems } = house;
    this.#house = house;
    this.#settings = settings;
    this.#say = say;
    this.#ops = createOpsClient(house.api);
    this.#desk = new Desk({ ask: (key) => this.#ops.check(key), atOnce: mostChecksAtOnce });
    this.#post = new Post(systems.crm, this.#desk);
    this.#clerk = new Clerk({ systems, desk: this.#desk, ops: this.#ops });
    this.#store = readStore(house.databaseUrl);
    const options = { systems, settings, desk: this.#desk, dice: createDice(settings.seed, 1) };
    const durationMs = settings.minutes * 60_000;
    const pace = { durationMs, isTooMuch: () => this.#waiting + this.#desk.backlog > mostWaiting };
    this.#campaign = new Campaign({ ...options, ...pace }, createDice(settings.seed, 2));
  }

  async play(): Promise<RunResult> {
    const looking = this.#keepLooking();
    try {
      const harm = await this.#chaos();
      const settledAfterMs = await this.#calm();
      const late = settledAfterMs === null ? await this.#rescued() : [];
      const rest = await this.#rest();
      const findings = [...late, ...judge(rest), ...this.#broken(), ...(await this.#stops())];
      const quiet = await this.#quiet(rest);
      const totals = await this.#totals(harm, { settledAfterMs, recheckedAfterQuiet: quiet.rechecked });
      return { totals, findings: [...findings, ...quiet.findings, ...this.#overspent()], harm, rest };
    } finally {
      this.#isOver = true;
      await looking;
      this.#desk.close();
      this.#post.close();
      await this.#store.close();
    }
  }

  async #chaos(): Promise<HarmCounts> {
    const { systems, components, logDirectory } = this.#house;
    makeFaulty(systems.crm.faults);
    makeFaulty(systems.firm.faults);
    this.#post.open();
    let isOver = false;
    const averageMs = this.#settings.harmEverySeconds * 1_000;
    const people = this.#campaign
      .play()
      // The administrator is one of them: what no webhook tells of has not been said before he has asked for it.
      .then(() => this.#deskIsDone())
      .finally(() => (isOver = true));
    const harm = doHarm({
      components,
      dice: createDice(this.#settings.seed, 3),
      everyMs: [harmSpread[0] * averageMs, harmSpread[1] * averageMs],
      // Who has to wait for a slow product takes longer, and the harm goes on as long.
      isOver: () => isOver,
      log: (line) => {
        appendFileSync(join(logDirectory, 'harm.log'), `${Date.now()} ${line}\n`);
      },
    });
    const [counts] = await Promise.all([harm, people]);
    return counts;
  }

  /** @returns after how many milliseconds nothing moved any more, or null */
  async #calm(): Promise<number | null> {
    this.#phase = 'calm';
    const { systems } = this.#house;
    systems.crm.faults.clear();
    systems.firm.faults.clear();
    await this.#house.calm();
    const startedAt = Date.now();
    return (await this.#settles(settleWithinMs)) ? Date.now() - startedAt : null;
  }

  async #deskIsDone(): Promise<void> {
    while (!this.#desk.isIdle) await sleep(250);
  }

  async #settles(withinMs: number): Promise<boolean> {
    const endMs = Date.now() + withinMs;
    while (Date.now() < endMs) {
      if (this.#post.isIdle && this.#desk.isIdle && (await this.#stuck()).length === 0) return true;
      await sleep(250);
    }
    return false;
  }

  async #stuck(): Promise<readonly Finding[]> {
    const [hints, links] = [await this.#store.hints(), await this.#store.links()];
    return stuck({ hints, links, nowMs: Date.now() });
  }

  /** What is late is looked at by a person, so that everything else can be judged at rest. @returns what was late */
  async #rescued(): Promise<readonly Finding[]> {
    const late = await withWorkflows(this.#house.temporalAddress, await this.#stuck());
    for (const { record } of late) this.#desk.check(record);
    await this.#settles(settleWithinMs);
    return late;
  }

  async #rest(): Promise<Rest> {
    const { systems } = this.#house;
    return {
      pair,
      journal: systems.journal.entries,
      shown: { master: systems.shown('master'), replica: systems.shown('replica') },
      links: await this.#store.links(),
      writes: await this.#store.writes(),
      hints: await this.#store.hints(),
      nowMs: Date.now(),
    };
  }

  /** Everything is looked at once more, and nothing may be written. */
  async #quiet({ links }: Rest): Promise<{ rechecked: number; findings: readonly Finding[] }> {
    this.#phase = 'quiet';
    const { crm, firm, journal } = this.#house.systems;
    const unsettled = new Set((await this.#stuck()).map(({ record }) => record));
    const settled = links.map(keyOf).filter((key) => !unsettled.has(key));
    const chosen = createDice(this.#settings.seed, 4).shuffled(settled).slice(0, mostRechecked);
    const marks = [crm.requests.mark(), firm.requests.mark()] as const;
    const savesBefore = journal.entries.length;
    for (const key of chosen) this.#desk.check(key);
    await this.#deskIsDone();
    const requests = [...crm.requests.since(marks[0]), ...firm.requests.since(marks[1])];
    return { rechecked: chosen.length, findings: writesAfterQuiet(requests, journal.entries.slice(savesBefore)) };
  }

  #broken(): readonly Finding[] {
    const died = this.#house.components
      .filter(({ ownDeaths }) => ownDeaths > 0)
      .map(({ name, ownDeaths }) => [name, `ended by itself ${ownDeaths} times; see its log`] as const);
    const refused = this.#desk.refusals.map((what) => ['check', what] as const);
    return [...died, ...refused].map(([record, what]): Finding => ({ kind: 'broken', record, field: null, what }));
  }

  async #stops(): Promise<readonly Finding[]> {
    const stops = await this.#store.stops();
    return stops.map((what): Finding => ({
      kind: 'broken',
      record: 'pair',
      field: null,
      what: `was stopped: ${what}`,
    }));
  }

  #requestTimes(): Readonly<Record<string, readonly number[]>> {
    const { crm, firm } = this.#house.systems;
    const times = (log: typeof crm.requests): number[] => log.all().map(({ at }) => at.getTime());
    return { EspoCRM: times(crm.requests), Advoware: times(firm.requests) };
  }

  #overspent(): readonly Finding[] {
    const { windows } = this.#settings.budget;
    return Object.entries(this.#requestTimes()).flatMap(([system, times]) => overspent(system, times, windows));
  }

  async #totals(harm: HarmCounts, rest: Pick<Totals, 'settledAfterMs' | 'recheckedAfterQuiet'>): Promise<Totals> {
    const { systems, logDirectory } = this.#house;
    const cuts = await countInLogs(logDirectory, '', 'cut\n');
    const peaks = Object.entries(this.#requestTimes()).map(([system, times]) => [system, peakWithin(times, 10_000)]);
    return {
      records: this.#campaign.subjects.all.length,
      edits: this.#campaign.edits,
      syncs: await countInLogs(logDirectory, 'worker', '"kind":"done"'),
      faults: systems.crm.faults.injected + systems.firm.faults.injected + cuts,
      kills: killsIn(harm),
      webhooks: this.#post.counts,
      checks: this.#desk.counts,
      asked: this.#clerk.asked,
      givenUp: this.#clerk.givenUp,
      peaks: Object.fromEntries(peaks) as Record<string, number>,
      ...rest,
    };
  }

  /** The clerk looks at what is asked, and a line says every ten seconds how it goes. */
  async #keepLooking(): Promise<void> {
    let saidAt = Date.now();
    while (!this.#isOver) {
      await sleep(lookEveryMs);
      // The database is away now and then.
      const [links, hints] = await Promise.all([this.#store.links(), this.#store.hints()]).catch(() => [null, null]);
      this.#waiting = hints?.length ?? this.#waiting;
      if (links !== null && this.#phase !== 'quiet') await this.#clerk.look(links);
      if (Date.now() - saidAt < 10_000) continue;
      saidAt = Date.now();
      this.#say(this.#progress(links === null ? null : links.length));
    }
  }

  #progress(links: number | null): string {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1_000);
    const { subjects, edits } = this.#campaign;
    const clean = this.#house.systems.crm.requests.mark() + this.#house.systems.firm.requests.mark();
    return (
      `${String(seconds).padStart(5)} s  ${this.#phase}: ${subjects.all.length} records, ${edits} edits, ` +
      `${links ?? '?'} links, ${this.#waiting} waiting, ${clean} requests`
    );
  }
}
