import type { Attributes as Sent, Connector } from '../connectors/connector.ts';
import type { OpenField } from '../engine/plan.ts';
import type { NewLedgerRow } from '../store/ledger-rows.ts';
import { unsavedLink } from '../store/link-rows.ts';
import type { KnownCouple } from '../store/passes.ts';
import { refOfKey } from '../store/record-refs.ts';
import type { PassOutcome, RecordInput } from '../workflows/contract.ts';
import type { SyncDependencies } from './dependencies.ts';
import { look } from './look.ts';
import { Pass } from './pass.ts';

/** One write that a pass would send to a system. */
export interface PreviewedWrite {
  readonly system: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly attributes: Sent;
}

/** What a pass would do with a record, if a person asked for it now. */
export interface Preview {
  readonly outcome: PassOutcome;
  /** The ledger entries that it would make: field by field, with the rule. */
  readonly rows: readonly NewLedgerRow[];
  /** Everything that it would send, the status in the master included. */
  readonly writes: readonly PreviewedWrite[];
  /** Fields that would wait for a person. */
  readonly open: readonly OpenField[];
  readonly message: string | null;
}

export type Previewer = (record: RecordInput, signal: AbortSignal) => Promise<Preview>;

/** A preview belongs to no workflow and holds no lease. */
const attempt = { owner: 'preview', token: 'preview', leaseMs: 0, isOurs: () => true };

/**
 * Looks at a record as a pass does, with the same code, over systems that answer reads and only note writes, and a store
 * that keeps nothing. @throws what the store throws
 */
export function createPreviewer(deps: SyncDependencies): Previewer {
  return async (record, signal) => {
    const pair = deps.pairs.find(({ name }) => name === record.pair);
    if (pair === undefined) throw new Error(`No pair ${record.pair}`);
    const notes = new Notes();
    const rules = { definition: {}, loopWindowMs: pair.loop.windowMs };
    const known = (await deps.passes.peek(record, rules, deps.now())) ?? unknownCouple(record, deps.now());
    const { side } = refOfKey(record);
    const pass = new Pass({
      deps: notingOnly(deps, notes),
      attempt: { ...attempt, signal },
      pair,
      hints: [{ side, seq: 0, trigger: 'person' }],
      known,
    });
    const { outcome } = await look(pass);
    return { outcome, ...notes.taken() };
  };
}

/** What a previewed pass would have done. */
class Notes {
  readonly rows: NewLedgerRow[] = [];
  readonly writes: PreviewedWrite[] = [];
  open: readonly OpenField[] = [];
  message: string | null = null;

  taken(): Omit<Preview, 'outcome'> {
    const { rows, writes, open, message } = this;
    return { rows, writes, open, message };
  }
}

function notingOnly(deps: SyncDependencies, notes: Notes): SyncDependencies {
  const connectors: Record<string, Connector> = {};
  for (const [name, one] of Object.entries(deps.connectors)) connectors[name] = notingConnector(one, notes);
  return {
    ...deps,
    connectors,
    passes: notingPasses(deps.passes, notes),
    pairStops: { stop: () => Promise.resolve() },
    hints: { add: () => Promise.resolve([]) },
  };
}

function notingPasses(passes: SyncDependencies['passes'], notes: Notes): SyncDependencies['passes'] {
  const note = (rows: readonly NewLedgerRow[]): number[] => {
    const first = notes.rows.length + 1;
    notes.rows.push(...rows);
    return rows.map((_, index) => first + index);
  };
  return {
    begin: () => Promise.reject(new Error('A preview does not begin a pass')),
    peek: (...given) => passes.peek(...given),
    mayRemove: (...given) => passes.mayRemove(...given),
    confirm: () => Promise.resolve(),
    plan: (_link, _token, rows) => Promise.resolve(note(rows)),
    planRemoval: async ({ pair }, _token, row, budget, now) => {
      const isHeld = budget !== null && !(await passes.mayRemove(pair, budget, now));
      return isHeld ? null : (note([row])[0] ?? null);
    },
    settle: () => Promise.resolve([]),
    finish: (_link, _token, { conflicts, changes }) => {
      notes.open = conflicts?.open ?? [];
      notes.message = changes.failure?.message ?? null;
      return Promise.resolve();
    },
  };
}

function notingConnector(connector: Connector, { writes }: Notes): Connector {
  const { system } = connector;
  return {
    ...connector,
    create: (_entity, attributes) => {
      writes.push({ system, action: 'create', attributes });
      const unknown = { version: null, raw: attributes, modifiedAt: null, modifiedByUs: true };
      return Promise.resolve({ id: '(new)', attributes, ...unknown });
    },
    update: (_entity, current, changes) => {
      writes.push({ system, action: 'update', attributes: changes });
      return Promise.resolve({ ...current, attributes: { ...current.attributes, ...changes } });
    },
    remove:
      connector.remove === null
        ? null
        : () => {
            writes.push({ system, action: 'delete', attributes: {} });
            return Promise.resolve();
          },
  };
}

/** A record that no pass has seen yet. */
const unknownCouple = (record: RecordInput, now: Date): KnownCouple => ({
  link: unsavedLink(record, now),
  planned: [],
  conflicts: [],
  recentWrites: [],
});
