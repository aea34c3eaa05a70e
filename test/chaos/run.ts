import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clerk } from './clerk.ts';
import { Desk } from './desk.ts';
import { createDice } from './dice.ts';
import { readStore, type StoredState, type StoreReader } from './evidence.ts';
import { makeFaulty } from './faults.ts';
import type { Finding, Rest } from './findings.ts';
import { doHarm, type HarmCounts, killsIn } from './harm.ts';
import type { House } from './house.ts';
import { stuckAmong } from './judge-couples.ts';
import { overspent, peakWithin } from './judge-writes.ts';
import { keyOf, nameOf } from './links.ts';
import { countInLogs } from './logs.ts';
import { createOpsClient, type OpsClient } from './ops-client.ts';
import { judge } from './oracle.ts';
import { findingLines, type Totals } from './report.ts';
import type { ChaosSettings } from './settings.ts';
import type { Staff } from './systems.ts';
import { withWorkflows } from './workflow-view.ts';

export interface RunResult {
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  readonly harm: HarmCounts;
  readonly rests: readonly Rest[];
}

const settleWithinMs = 60_000;
const lookEveryMs = 1_000;
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
  readonly #clerk: Clerk;
  readonly #store: StoreReader;
  readonly #staff: Staff;
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
    this.#store = readStore(house.databaseUrl);
    this.#staff = systems.staff({
      ...{ settings, desk: this.#desk, ops: this.#ops },
      durationMs: settings.minutes * 60_000,
      isTooMuch: () => this.#waiting + this.#desk.backlog > systems.mostWaiting,
    });
    this.#clerk = new Clerk({ answers: this.#staff.answers, desk: this.#desk });
  }

  async play(): Promise<RunResult> {
    const looking = this.#keepLooking();
    try {
      const harm = await this.#chaos();
      const settledAfterMs = await this.#calm();
      const late = settledAfterMs === null ? await this.#rescued() : [];
      const stored = await this.#store.state();
      const rests = await this.#house.systems.rests(stored);
      const judged = [...rests.flatMap(judge), ...(await this.#house.systems.ownFindings())];
      const findings = [...late, ...judged, ...this.#broken(), ...(await this.#stops())];
      const quiet = await this.#quiet(stored);
      const totals = await this.#totals(harm, { settledAfterMs, recheckedAfterQuiet: quiet.rechecked });
      return { totals, findings: [...findings, ...quiet.findings, ...this.#overspent()], harm, rests };
    } finally {
      this.#isOver = true;
      await looking;
      this.#desk.close();
      this.#staff.post.close();
      await this.#store.close();
    }
  }

  async #chaos(): Promise<HarmCounts> {
    const { systems, components, logDirectory } = this.#house;
    for (const { faults, ownFaults } of systems.remotes) makeFaulty(faults, ownFaults);
    this.#staff.post.open();
    let isOver = false;
    const averageMs = this.#settings.harmEverySeconds * 1_000;
    const people = this.#staff.people
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
    for (const { faults } of systems.remotes) faults.clear();
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
      if (await this.#isSettled()) return true;
      await sleep(250);
    }
    return false;
  }

  async #isSettled(): Promise<boolean> {
    if (!this.#staff.post.isIdle || !this.#desk.isIdle || (await this.#stuck()).length > 0) return false;
    return (await this.#house.systems.restless()).length === 0;
  }

  async #stuck(): Promise<readonly Finding[]> {
    const [hints, links] = [await this.#store.hints(), await this.#store.links()];
    return stuckAmong(this.#house.systems.pairs, { hints, links, writes: [], nowMs: Date.now() });
  }

  /** What is late is looked at by a person, so that everything else can be judged at rest. @returns what was late */
  async #rescued(): Promise<readonly Finding[]> {
    const late = await withWorkflows(this.#house.temporalAddress, await this.#stuck());
    for (const { pair = '', record } of late) this.#desk.check(nameOf(pair, record));
    const others = await this.#house.systems.restless();
    for (const line of findingLines([...late, ...others])) this.#say(line);
    await this.#settles(settleWithinMs);
    return [...late, ...others];
  }

  /** Everything is looked at once more, and nothing may be written. */
  async #quiet({ links }: StoredState): Promise<{ rechecked: number; findings: readonly Finding[] }> {
    this.#phase = 'quiet';
    const unsettled = new Set((await this.#stuck()).map(({ pair = '', record }) => nameOf(pair, record)));
    const settled = links.filter(({ state }) => state !== 'deleted').map((link) => nameOf(link.pair, keyOf(link)));
    const calm = settled.filter((name) => !unsettled.has(name));
    const chosen = createDice(this.#settings.seed, 4).shuffled(calm).slice(0, mostRechecked);
    const written = await this.#house.systems.watchQuiet();
    for (const name of chosen) this.#desk.check(name);
    await this.#deskIsDone();
    return { rechecked: chosen.length, findings: await written() };
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
    const { remotes } = this.#house.systems;
    return Object.fromEntries(
      remotes.map(({ name, requests }) => [name, requests.all().map(({ at }) => at.getTime())]),
    );
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
      records: this.#staff.people.records,
      edits: this.#staff.people.edits,
      syncs: await countInLogs(logDirectory, 'worker', '"kind":"done"'),
      faults: systems.remotes.reduce((sum, { faults }) => sum + faults.injected, cuts),
      kills: killsIn(harm),
      webhooks: this.#staff.post.counts,
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
    const { records, edits } = this.#staff.people;
    const asked = this.#house.systems.remotes.reduce((sum, { requests }) => sum + requests.mark(), 0);
    return (
      `${String(seconds).padStart(5)} s  ${this.#phase}: ${records} records, ${edits} edits, ` +
      `${links ?? '?'} links, ${this.#waiting} waiting, ${asked} requests`
    );
  }
}
