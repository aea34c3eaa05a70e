import type { NamedChange, RemoteRecord } from '../../connectors/connector.ts';
import { comparedAttributes } from '../../engine/compare-row.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import type { Database } from '../../store/database.ts';
import type { Hint } from '../../store/record-refs.ts';
import { LinkStore } from '../../store/links.ts';
import { PairStore } from '../../store/pairs.ts';
import { SightingStore } from '../../store/sightings.ts';
import { createWhatFits, pageOfStrangers } from '../census/create-from-page.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { referencedRecords } from '../referencing-connector.ts';

export interface NamedRecord {
  readonly pair: PairDefinition;
  readonly side: Hint['side'];
  readonly change: NamedChange;
}

/** What it takes to make rows of what a feed shows. */
export type FeedCreation = Pick<WorkerDependencies, 'connectors' | 'ownRecords' | 'now'>;

/**
 * Where the entries of a feed are records themselves, and their partners rows of our own database, these are created with
 * the page, as a walk does: nobody has to read the records once more.
 * @param runId which feed it was
 * @returns what is left to looks
 */
export async function createFromFeed(
  tx: Database,
  deps: FeedCreation,
  named: readonly NamedRecord[],
  runId: string,
): Promise<readonly Hint[]> {
  const created = new Set<string>();
  for (const pair of new Set(named.map((one) => one.pair))) {
    const records = named.flatMap(({ pair: { name }, side, change: { record } }) =>
      name === pair.name && side === 'master' && record !== undefined ? [record] : [],
    );
    for (const id of await createIn(tx, deps, { pair, records, runId })) created.add(nameOf(pair, 'master', id));
  }
  return named
    .filter(({ pair, side, change: { id } }) => !created.has(nameOf(pair, side, id)))
    .map(({ pair, side, change: { id } }) => ({ pair: pair.name, side, recordId: id, trigger: 'catch_up' }));
}

const nameOf = ({ name }: PairDefinition, side: Hint['side'], id: string): string => JSON.stringify([name, side, id]);

interface Shown {
  readonly pair: PairDefinition;
  readonly records: readonly RemoteRecord[];
  readonly runId: string;
}

async function createIn(
  tx: Database,
  deps: FeedCreation,
  { pair, records, runId }: Shown,
): Promise<ReadonlySet<string>> {
  const none = new Set<string>();
  const connector = deps.connectors[pair.title.master.system];
  const page = pageOfStrangers(deps, { pair, rows: records, origin: { trigger: 'catch_up', runId } });
  if (page === null || connector === undefined || records.length === 0 || (await isStopped(tx, pair))) return none;
  const known = await new SightingStore(tx).linksOf(
    pair.name,
    'master',
    records.map(({ id }) => id),
  );
  const wanted = comparedAttributes(pair, 'master');
  const isWhole = ({ attributes }: RemoteRecord): boolean => wanted.every((name) => attributes[name] !== undefined);
  const strangers = records.filter((record) => !known.has(record.id) && isWhole(record));
  if (strangers.length === 0) return none;
  const couples = new LinkStore(tx);
  const rows = await referencedRecords(connector, { pair, side: 'master', couples }, strangers);
  return createWhatFits(tx, { ...page, rows });
}

async function isStopped(tx: Database, { name }: PairDefinition): Promise<boolean> {
  const { stop, offered } = await new PairStore(tx).state(name);
  return stop !== null || offered !== null;
}
