import type { SyncDependencies } from '../../activities/dependencies.ts';
import { createPreviewer } from '../../activities/preview.ts';
import { reconcile } from '../../activities/reconcile.ts';
import type { Connector } from '../../connectors/connector.ts';
import { messagesIn } from '../../engine/messages.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { answersTo, type AnswerKind, type QuestionCode } from '../../engine/question.ts';
import { defaultRetryPolicy } from '../../engine/retry.ts';
import { type Attributes, type Side, sides } from '../../engine/values.ts';
import { type Hint, keyOf, replicaKey } from '../../store/record-refs.ts';
import type { Link } from '../../store/link-rows.ts';
import { Crash, dyingAt } from '../support/crash.ts';
import { unlimitedBudget } from '../support/unlimited-budget.ts';
import { type Change, type Clock, ModelSystem, type Sent, type SystemTraits } from './model-system.ts';
import { type Meanwhile, type Step, type Values } from './steps.ts';
import type { WorldStore } from './world-store.ts';

export interface WorldOptions {
  readonly pair: PairDefinition;
  readonly traits: Readonly<Record<Side, SystemTraits>>;
  /** Nothing else happens before everything that is due was looked at, passes that died included. */
  readonly unhurried?: boolean;
  readonly openStore: (pair: string, now: () => Date) => Promise<WorldStore> | WorldStore;
  /** Of worlds that belong together; a world of its own has one of its own. */
  readonly clock?: Clock;
  /** All worlds that belong together, this one included, as soon as they are there. */
  readonly peers?: () => readonly World[];
}

/** Something that must never be. */
export class Violation extends Error {
  readonly code = 'violation';
}

/**
 * Two systems in memory, the real passes between them, and people who edit, delete, restore, decide and answer while
 * passes die and hints get lost. `play` runs a campaign, `calm` lets everything come to rest.
 */
export class World {
  readonly pair: PairDefinition;
  readonly systems: Readonly<Record<Side, ModelSystem>>;
  readonly store: WorldStore;
  /** Everything that happened to any record, in order. */
  readonly changes: Change[] = [];
  readonly clock: Clock;
  /** `<master> <replica>` of every couple that there ever was. */
  readonly couples = new Set<string>();
  readonly #options: WorldOptions;
  readonly #deps: SyncDependencies;
  #attempts = 0;

  private constructor(options: WorldOptions, store: WorldStore, clock: Clock, changes: Change[]) {
    const { pair, traits } = options;
    this.#options = options;
    this.pair = pair;
    this.clock = clock;
    this.changes = changes;
    this.store = store;
    this.systems = {
      master: new ModelSystem('master', pair.title.master.system, traits.master, clock, changes),
      replica: new ModelSystem('replica', pair.title.replica.system, traits.replica, clock, changes),
    };
    this.#deps = this.#dependencies();
  }

  static async open(options: WorldOptions): Promise<World> {
    const clock = options.clock ?? newClock();
    const store = await options.openStore(options.pair.name, () => new Date(clock.nowMs));
    return new World(options, store, clock, []);
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      this.clock.step += 1;
      this.clock.nowMs += 1;
      await this.#take(step);
    }
  }

  peers(): readonly World[] {
    return this.#options.peers?.() ?? [this];
  }

  /** The world of the records that a reference names. */
  peer(pair: string): World {
    return this.peers().find((world) => world.pair.name === pair) ?? this;
  }

  /** No more faults; time passes, every record is looked at, every question answered, until nothing is due. */
  async calm(): Promise<void> {
    const worlds = this.peers();
    for (const { systems } of worlds) for (const side of sides) systems[side].faults = [];
    for (let round = 0; round < 4; round += 1) {
      this.clock.nowMs += 24 * 3_600_000;
      for (const world of worlds) {
        await world.#answerAll();
        await world.store.releaseRemovals();
      }
      await this.lookAtEverything();
    }
  }

  /** What a census would find: every record of both sides is looked at as if a person had asked. */
  async lookAtEverything(): Promise<void> {
    for (const { store, systems } of this.peers())
      for (const side of sides)
        for (const id of systems[side].ids()) await store.hint({ side, recordId: id, trigger: 'person' });
    for (let rounds = 0; await this.#isAnythingDue(); rounds += 1) {
      if (rounds > 40) throw new Violation('passes that never end');
      for (const world of this.peers()) for (const key of await world.store.dueKeys()) await world.pass(key);
      this.clock.nowMs += 3_600_000;
    }
  }

  async #isAnythingDue(): Promise<boolean> {
    const due = await Promise.all(this.peers().map(({ store }) => store.dueKeys()));
    return due.flat().length > 0;
  }

  /** Everything that we have sent, the master's before the replica's. */
  get sent(): readonly Sent[] {
    return [...this.systems.master.sent, ...this.systems.replica.sent];
  }

  async pass(key: string, deps: SyncDependencies = this.#deps) {
    this.#attempts += 1;
    this.clock.passOf = key;
    const owner = `sync/${this.pair.name}/${key}`;
    const token = `${owner}/${this.#attempts}`;
    const attempt = { owner, token, signal: new AbortController().signal, leaseMs: 60_000, isOurs: () => true };
    try {
      return await reconcile(deps, { pair: this.pair.name, key }, attempt);
    } finally {
      for (const { masterId, replicaId } of await this.store.links())
        if (masterId !== null && replicaId !== null) this.couples.add(`${masterId} ${replicaId}`);
    }
  }

  /** Everyone that a record was ever linked with. */
  partnersOf(side: Side, id: string): readonly string[] {
    const couples = [...this.couples].map((couple) => couple.split(' '));
    const [own, other] = side === 'master' ? [0, 1] : [1, 0];
    return couples.filter((couple) => couple[own] === id).map((couple) => couple[other] ?? '');
  }

  /** What a person would be shown before the pass. */
  async preview(key: string) {
    return createPreviewer(this.#deps)({ pair: this.pair.name, key }, new AbortController().signal);
  }

  attributes(side: Side, values: Values): Attributes {
    const named = this.pair.fields.filter(({ name }) => values[name] !== undefined);
    return Object.fromEntries(
      named.map(({ name, attribute, codec: { target } }) => {
        const value = values[name] ?? null;
        return [attribute[side], target === undefined || value === null ? value : this.#recordOf(target, side, value)];
      }),
    );
  }

  /** The record that a step names by number; null: there is none at all. */
  #recordOf(target: string, side: Side, number: string): string | null {
    const ids = this.peer(target).systems[side].ids();
    return ids[Number(number) % Math.max(1, ids.length)] ?? null;
  }

  #dependencies(): SyncDependencies {
    const { master, replica } = this.systems;
    return {
      pairs: [this.pair],
      connectors: { [master.name]: master.connector(), [replica.name]: replica.connector() },
      passes: this.store.passes,
      links: this.store.linkStore,
      pairStops: {
        stop: (_pair, { message }) => Promise.reject(new Violation(`the pair was stopped: ${message}`)),
      },
      // An outage is over with the next call here.
      breaker: { answered: () => undefined, failed: () => Promise.resolve(), hasBlamed: () => false },
      budget: unlimitedBudget,
      hints: { add: (hints) => this.#hintAll(hints) },
      // A booked look finds what nobody has announced earlier than a run without a crash does: that is no other end.
      retry: { ...defaultRetryPolicy, ...(this.#options.unhurried === true && { recheckAfterMs: 0 }) },
      messages: messagesIn('en', 'Europe/Berlin'),
      observer: {
        onPass: () => undefined,
        onCall: () => undefined,
        onRecovery: () => undefined,
        onProblem: (message, details) => {
          if (details['error'] === 'Crash' || message.startsWith('The status')) return;
          throw new Violation(`${message}: ${JSON.stringify(details)}`);
        },
      },
      now: () => new Date(this.clock.nowMs),
      random: () => 0,
    };
  }

  async #hintAll(hints: readonly Hint[]): Promise<[]> {
    for (const hint of hints) await this.store.hint(hint);
    return [];
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'create':
        await this.#heard(
          step.hinted,
          step.side,
          this.systems[step.side].create(this.attributes(step.side, step.values), 'person'),
        );
        break;
      case 'edit':
        await this.#with(step, (system, id) => {
          system.set(id, this.attributes(step.side, step.values), 'person');
        });
        break;
      case 'delete':
        await this.#with(step, (system, id) => {
          system.remove(id, 'person');
        });
        break;
      case 'restore':
        await this.#with({ ...step, hinted: false }, (system, id) => {
          system.restore(id);
        });
        break;
      case 'hint': {
        const id = this.#nth(step.side, step.record);
        if (id !== undefined)
          await this.store.hint({ side: step.side, recordId: id, trigger: step.byPerson ? 'person' : 'webhook' });
        break;
      }
      case 'sync':
        await this.#sync(step);
        break;
      case 'fault':
        this.systems[step.side].faults = [...step.faults];
        break;
      case 'wait':
        this.clock.nowMs += step.seconds * 1_000;
        break;
      case 'decide': {
        const open = (await this.store.conflicts()).filter(({ closedAt }) => closedAt === null);
        const conflict = open[step.conflict % Math.max(1, open.length)];
        if (conflict === undefined) break;
        const { resolution } = step;
        await this.store.decide(
          conflict.id,
          resolution === 'value' ? { kind: 'value', value: 'decided' } : { kind: 'take', side: resolution },
        );
        await this.#hintLink((await this.store.links()).find(({ id }) => id === conflict.linkId));
        break;
      }
      case 'answer': {
        const asked = (await this.store.links()).filter((link) => answersFor(link).length > 0);
        const link = asked[step.question % Math.max(1, asked.length)];
        if (link !== undefined) await this.#answer(link, step.answer);
        break;
      }
    }
  }

  #nth(side: Side, record: number): string | undefined {
    const ids = this.systems[side].ids();
    return ids[record % Math.max(1, ids.length)];
  }

  async #with(
    { side, record, hinted }: { side: Side; record: number; hinted: boolean },
    act: (system: ModelSystem, id: string) => void,
  ): Promise<void> {
    const id = this.#nth(side, record);
    if (id === undefined) return;
    act(this.systems[side], id);
    await this.#heard(hinted, side, id);
  }

  async #heard(hinted: boolean, side: Side, recordId: string): Promise<void> {
    if (hinted) await this.store.hint({ side, recordId, trigger: 'webhook' });
  }

  async #hintLink(link: Link | undefined): Promise<void> {
    if (link === undefined) return;
    const side = link.masterId === null ? 'replica' : 'master';
    await this.store.hint({ side, recordId: link.masterId ?? link.replicaId ?? '', trigger: 'person' });
  }

  async #sync({ order, crash, meanwhile }: Step & { kind: 'sync' }): Promise<void> {
    const isUnhurried = this.#options.unhurried === true;
    const due = await this.store.dueKeys();
    const keys = isUnhurried ? due.slice(0, 1) : due;
    const turned = keys.map((_, index) => keys[(index + order) % keys.length] ?? '');
    for (const [index, key] of turned.entries()) {
      try {
        const base = index === 0 && meanwhile !== null ? this.#disturbed(key, meanwhile) : this.#deps;
        await this.pass(key, index === 0 ? dyingAt(base, crash).deps : base);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
    }
    if (isUnhurried) await this.drain();
  }

  /** Whatever is due, here and in the worlds beside, is looked at. */
  async drain(): Promise<void> {
    this.clock.nowMs += 61_000;
    for (let looks = 0; looks < 40 && (await this.#isAnythingDue()); looks += 1) {
      for (const world of this.peers()) {
        const [key] = await world.store.dueKeys();
        if (key !== undefined) await world.pass(key);
      }
    }
  }

  /** The same systems, but a person edits this very record right before the given call. */
  #disturbed(key: string, { call, side, values }: Meanwhile): SyncDependencies {
    let calls = 0;
    const edit = async (): Promise<void> => {
      calls += 1;
      if (calls !== call || !this.systems[side].traits.conditional) return;
      const link = (await this.store.links()).find(
        ({ masterId, replicaId }) => masterId === key || replicaKey(replicaId ?? '') === key,
      );
      const id = side === 'master' ? link?.masterId : link?.replicaId;
      if (id != null) this.systems[side].set(id, this.attributes(side, values), 'person');
      if (id != null) await this.store.hint({ side, recordId: id, trigger: 'webhook' });
    };
    const watched = (connector: Connector): Connector => ({
      ...connector,
      read: async (...given) => {
        await edit();
        return connector.read(...given);
      },
      update: async (...given) => {
        await edit();
        return connector.update(...given);
      },
    });
    const connectors: Record<string, Connector> = {};
    for (const [name, one] of Object.entries(this.#deps.connectors)) connectors[name] = watched(one);
    return { ...this.#deps, connectors };
  }

  async #answerAll(): Promise<void> {
    for (const link of await this.store.links()) if (answersFor(link).length > 0) await this.#answer(link, 0);
  }

  /** A person looks it up: a creation that may have happened is linked if it did, anything else as the number says. */
  async #answer(link: Link, choice: number): Promise<void> {
    const kinds = answersFor(link).flatMap((kind) => (kind === 'link' ? [] : [kind]));
    const found = await this.#truePartnerOf(link);
    const kind = kinds[choice % Math.max(1, kinds.length)];
    if (found !== undefined) await this.store.answer(link.id, { kind: 'link', id: found });
    else if (kind !== undefined) await this.store.answer(link.id, { kind });
    await this.#hintLink(link);
  }

  /** Whom a person who looks into both systems finds: what was made for this record, or what it was made for. */
  async #truePartnerOf({ failure, masterId, replicaId }: Link): Promise<string | undefined> {
    if (failure?.code !== 'maybe_created' && failure?.code !== 'look_alikes') return undefined;
    const side = masterId === null ? 'master' : 'replica';
    const key = keyOf({ masterId, replicaId });
    const couples = (await this.store.links()).filter((link) => link.masterId !== null && link.replicaId !== null);
    const isFree = (one: Change): boolean =>
      !couples.some((link) => (one.side === 'master' ? link.masterId : link.replicaId) === one.id);
    const made = this.changes.filter(({ action, author }) => action === 'create' && author === 'tandem').filter(isFree);
    const forThis = made.find((one) => one.side === side && one.passOf === key);
    const thisFor = made.find(({ id }) => id === (masterId ?? replicaId))?.passOf;
    return forThis?.id ?? thisFor?.replace('replica:', '');
  }
}

export const newClock = (): Clock => ({ nowMs: Date.UTC(2031, 4, 6), step: 0, passOf: null });

function answersFor({ state, failure }: Link): readonly AnswerKind[] {
  if (state !== 'parked' || failure === null || !(failure.code in answersTo)) return [];
  return answersTo[failure.code as QuestionCode];
}
