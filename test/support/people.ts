import { choice, day, text } from '../../engine/codec.ts';
import { definePair, field, strong, weak } from '../../engine/define-pair.ts';
import { askPerson, masterWins, newestWins, replicaWins, unionOf } from '../../engine/policy.ts';
import type { SeenRecord } from '../../engine/plan.ts';
import type { Attributes } from '../../engine/values.ts';

const salutation = choice([
  ['Mr.', 'Herr'],
  ['Ms.', 'Frau'],
  ['Mrs.', 'Frau'],
]);

/** A small pair with one field of every kind, for tests of the engine alone. */
export const people = definePair({
  name: 'people',
  master: { system: 'Left', entity: 'Person' },
  replica: { system: 'Right', entity: 'Person' },
  fields: {
    surname: field('surname', 'their_surname', text(), { group: 'all', required: true }),
    city: field('city', 'their_city', text(), { group: 'all' }),
    nickname: field('nickname', 'their_nickname', text(), { group: 'theirs' }),
    born: field('born', 'their_born', day('midnight'), { group: 'all' }),
    salutation: field('salutation', 'their_salutation', salutation, { group: 'all' }),
    account: field('account', 'their_account', text(), { group: 'all', direction: 'toMaster' }),
    rank: field('rank', 'their_rank', text(), { group: 'all' }),
    mood: field('mood', 'their_mood', text(), { group: 'latest' }),
    vow: field('vow', 'their_vow', text(), { group: 'asked' }),
    tags: field('tags', 'their_tags', text(), { group: 'lists' }),
  },
  groups: {
    all: masterWins,
    theirs: replicaWins,
    latest: newestWins(),
    asked: askPerson,
    lists: unionOf(';'),
  },
  ignored: { replica: ['their_rank'] },
  identity: [strong('account', ['account']), weak('surname and birthday', ['surname', 'born'])],
  whenPartnerDeleted: { master: { kind: 'delete' }, replica: { kind: 'delete' } },
  status: {
    replicaId: 'number',
    replicaVersion: 'rowId',
    lastSync: 'lastSync',
    state: 'state',
    attempts: 'attempts',
    message: 'message',
  },
  states: {
    clean: 'clean',
    failed: 'failed',
    permanently_failed: 'permanently_failed',
    conflict: 'conflict',
    deleted_in_replica: 'deleted_in_replica',
  },
});

export const inMaster = (attributes: Attributes): SeenRecord => ({
  id: 'm1',
  version: '1',
  attributes,
  modifiedAt: null,
  modifiedByUs: null,
});

/** The same fields under the replica's attribute names. */
export const asReplica = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`their_${name}`, value]));

export const inReplica = (attributes: Attributes): SeenRecord => ({ ...inMaster(asReplica(attributes)), id: 'r1' });
