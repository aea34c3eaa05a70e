import { expect, test } from '@jest/globals';
import { openPostgres } from '../../store/open-postgres.ts';
import { PortalRecordStore } from '../../store/portal/records.ts';
import { createPostgresDatabase } from '../../test/support/databases.ts';
import { Unavailable } from '../errors.ts';
import { createContext, rejectionOf } from '../test-context.ts';
import { createPortalConnector } from './connector.ts';

test('a server that has gone is not available, for reads and for writes', async () => {
  const context = createContext();
  const created = await createPostgresDatabase();
  const database = await openPostgres({ url: created.url, maxConnections: 1, onProblem: () => undefined });
  const portal = createPortalConnector({ records: () => new PortalRecordStore(database.db), timeoutMs: 20_000 });
  await created.drop();
  expect(await rejectionOf(portal.read('tasks', '1', context))).toBeInstanceOf(Unavailable);
  expect(await rejectionOf(portal.create('tasks', { title: 'x' }, context))).toBeInstanceOf(Unavailable);
  await database.close();
});
