import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { AmbiguousWrite, Forbidden, Misconfigured, Rejected, Unavailable } from '../errors.ts';
import { createContext, rejectionOf } from '../test-context.ts';
import { createEspoCrmConnector, type EspoCrmConnector } from './connector.ts';

const entity = 'CBeteiligte';
let crm: EspoCrm;
let connector: EspoCrmConnector;
beforeEach(async () => {
  crm = await startEspoCrm();
  const auth = { kind: 'apiKey', apiKey: crm.apiUser.apiKey } as const;
  connector = createEspoCrmConnector({ url: crm.url, auth, timeoutMs: 20_000 });
});
afterEach(() => crm.stop());

const add = (id: string, name = entity) => connector.addNote(name, id, 'Tandem: look here', createContext());

test('a note stands in the stream of the record; the record itself and its version stay as they are', async () => {
  const { id } = crm.create(entity, { lastName: 'Beispiel' });
  const before = crm.record(entity, id);
  await add(id);
  const answer = await fetch(`${crm.url}/api/v1/${entity}/${id}/stream`, {
    headers: { 'X-Api-Key': crm.apiUser.apiKey },
  });
  expect(await answer.json()).toMatchObject({
    total: 1,
    list: [{ type: 'Post', post: 'Tandem: look here', parentType: entity, parentId: id, createdById: crm.apiUser.id }],
  });
  expect(crm.record(entity, id)).toEqual(before);
});

test('a role without the stream, and a record that it may not read, are named as forbidden', async () => {
  const { id } = crm.create(entity, { lastName: 'Beispiel' });
  crm.forbid(entity, id);
  expect(await rejectionOf(add(id))).toBeInstanceOf(Forbidden);
  crm.closeStream(entity);
  expect(await rejectionOf(add(crm.create(entity, { lastName: 'Muster' }).id))).toBeInstanceOf(Forbidden);
  expect(crm.stream(entity, id)).toEqual([]);
});

test('a lost answer is ambiguous, maintenance is not', async () => {
  const { id } = crm.create(entity, { lastName: 'Beispiel' });
  crm.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: '/Note' });
  expect(await rejectionOf(add(id))).toBeInstanceOf(AmbiguousWrite);
  crm.maintenance(true);
  expect(await rejectionOf(add(id))).toBeInstanceOf(Unavailable);
});

test('an id or an entity that can not be one is never sent', async () => {
  expect(await rejectionOf(add('../../User'))).toBeInstanceOf(Rejected);
  expect(await rejectionOf(add('6b00f52007b2f80d3', 'Note/x'))).toBeInstanceOf(Misconfigured);
  expect(crm.requests.count()).toBe(0);
});
