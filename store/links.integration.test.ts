import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { databasesUnderTest } from '../test/support/databases.ts';
import { hear, type Heard, scannedIn, type Statement } from '../test/support/heard-database.ts';
import { at, plannedCreation, plannedWrite } from '../test/support/store.ts';
import { LinkStore } from './links.ts';
import { ledger, links } from './schema.ts';

const couples = 20_000;

describe.each(databasesUnderTest())('beside a long history on $name', (kind) => {
  const statements: Statement[] = [];
  let heard: Heard;

  beforeAll(async () => {
    heard = await hear(kind, { logQuery: (text, params) => statements.push({ text, params }) });
    const { db } = heard.opened;
    await db.execute(sql`
      insert into ${links} (pair, master_id, replica_id, state)
      select 'people', 'm' || one, case when one < ${couples} then 'r' || one end, 'linked' from generate_series(1, ${couples}) as one`);
    await db.execute(sql`
      insert into ${ledger} (link_id, pair, action, side, rule, trigger, run_id, state, planned_at)
      select id, pair, 'create', 'replica', 'created', 'webhook', 'run', 'written', ${at(0).toISOString()}::timestamptz from ${links}`);
    const last = { linkId: couples, pair: 'people' };
    await db.insert(ledger).values([
      { ...last, ...plannedCreation('key') },
      { ...last, ...plannedWrite() },
    ]);
    statements.length = 0;
  });
  afterAll(() => heard.opened.close());

  test.each<[string, (store: LinkStore) => Promise<unknown>]>([
    ['the open creations', (store) => store.openCreations('people', 'replica', null)],
    ['couples by their numbers', (store) => store.couples([7, 19_999])],
    ['couples by their records', (store) => store.couplesOf('master', [{ pair: 'people', id: 'm7' }])],
  ])('%s are found without reading all of it', async (_, ask) => {
    const found = await ask(new LinkStore(heard.opened.db));
    expect(found).not.toHaveLength(0);
    const plans = await Promise.all(statements.splice(0).map((statement) => heard.explain(statement)));
    expect(plans.flatMap(scannedIn)).toEqual([]);
    expect(plans).toHaveLength(1);
  });
});
