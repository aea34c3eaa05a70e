import { text } from '../../engine/codec.ts';
import { definePair, field } from '../../engine/define-pair.ts';
import { masterWins, replicaWins } from '../../engine/policy.ts';
import { reference } from '../../engine/reference.ts';

/** Two small pairs whose master shows no status; members point to teams, and to each other. */
const common = {
  groups: { all: masterWins, theirs: replicaWins },
  marker: 'their_partner',
  whenPartnerDeleted: { master: { kind: 'unlink' }, replica: { kind: 'delete' } },
  status: null,
} as const;

export const teams = definePair({
  ...common,
  name: 'teams',
  master: { system: 'Left', entity: 'Team' },
  replica: { system: 'Right', entity: 'Team' },
  fields: {
    label: field('label', 'their_label', text(), { group: 'all', required: true }),
    colour: field('colour', 'their_colour', text(), { group: 'theirs' }),
    stamp: field('stamp', 'their_stamp', text(), { group: 'all', direction: 'toReplica' }),
  },
  ignored: { master: ['stamp'] },
});

export const members = definePair({
  ...common,
  name: 'members',
  master: { system: 'Left', entity: 'Member' },
  replica: { system: 'Right', entity: 'Member' },
  fields: {
    surname: field('surname', 'their_surname', text(), { group: 'all', required: true }),
    city: field('city', 'their_city', text(), { group: 'all' }),
    stamp: field('stamp', 'their_stamp', text(), { group: 'all', direction: 'toReplica' }),
    to_team: field('to_team', 'their_to_team', reference('teams'), { group: 'all', required: true }),
    to_guest: field('to_guest', 'their_to_guest', reference('teams'), { group: 'theirs' }),
    to_home: field('to_home', 'their_to_home', reference('teams'), { group: 'all', direction: 'toReplica' }),
    to_mentor: field('to_mentor', 'their_to_mentor', reference('members'), { group: 'all' }),
  },
  ignored: { master: ['stamp'] },
});
