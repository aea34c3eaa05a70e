import { choice, day, text } from '../../engine/codec.ts';
import { definePair, type MappedField, type PairDefinition } from '../../engine/pair.ts';
import type { SeenRecord } from '../../engine/plan.ts';
import type { Attributes } from '../../engine/values.ts';

const field = (name: string, more: Partial<MappedField> = {}): MappedField => ({
  name,
  attribute: { master: name, replica: `their_${name}` },
  codec: text(),
  direction: 'both',
  group: 'all',
  readOnlyOn: [],
  required: false,
  ...more,
});

/** A small pair with one field of every kind, for tests of the engine alone. */
export const people: PairDefinition = definePair({
  name: 'people',
  title: { master: { system: 'Left', entity: 'Person' }, replica: { system: 'Right', entity: 'Person' } },
  fields: [
    field('surname', { required: true }),
    field('city'),
    field('nickname', { group: 'theirs' }),
    field('born', { codec: day('midnight') }),
    field('salutation', {
      codec: choice([
        ['Mr.', 'Herr'],
        ['Ms.', 'Frau'],
        ['Mrs.', 'Frau'],
      ]),
    }),
    field('account', { direction: 'toMaster' }),
    field('rank', { readOnlyOn: ['replica'] }),
  ],
  contested: { all: 'master', theirs: 'replica' },
  firstSync: 'master',
  identity: [
    { name: 'account', fields: ['account'], strength: 'strong' },
    { name: 'surname and birthday', fields: ['surname', 'born'], strength: 'weak' },
  ],
  createOn: ['replica', 'master'],
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
