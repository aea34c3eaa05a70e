import { askPerson, masterWins, newestWins, replicaWins, unionOf } from '../../engine/policy.ts';
import {
  changed,
  type DecisionRow,
  contested,
  firstMeeting,
  masterWinsIt,
  nothing,
  onlyMaster,
  onlyReplica,
  openQuestion,
  replicaWinsIt,
  same,
  toMaster,
  toReplica,
  unchanged,
  unknown,
} from './decision-row.ts';

export const nobodyMoved: readonly DecisionRow[] = [
  { situation: 'Nobody edited it', ...same, policy: masterWins, outcome: nothing },
  {
    situation: 'A difference that was there when both sides last agreed as far as they can',
    master: unchanged('Bad Münder am Deister'),
    replica: unchanged('Bad Münder'),
    policy: masterWins,
    outcome: nothing,
  },
  {
    situation: 'Both made the same edit',
    master: changed('Celle'),
    replica: changed('Celle'),
    policy: askPerson,
    outcome: nothing,
  },
  {
    situation: 'They meet for the first time and hold the same, though not in the same form',
    master: unknown('Celle'),
    replica: unknown(' Celle '),
    policy: askPerson,
    outcome: nothing,
  },
];

export const oneMoved: readonly DecisionRow[] = [
  {
    situation: 'The master was edited',
    ...onlyMaster,
    policy: masterWins,
    outcome: toReplica('Celle', 'only_master_changed', 'master_newer'),
  },
  {
    situation: 'The replica was edited: the policy is not asked',
    ...onlyReplica,
    policy: masterWins,
    outcome: toMaster('Peine', 'only_replica_changed', 'replica_newer'),
  },
  {
    situation: 'One side was edited: no person is asked',
    ...onlyMaster,
    policy: askPerson,
    outcome: toReplica('Celle', 'only_master_changed', 'master_newer'),
  },
  {
    situation: 'The field was emptied in the master',
    master: changed(null),
    replica: unchanged('Hannover'),
    policy: masterWins,
    outcome: toReplica(null, 'only_master_changed', 'master_newer'),
  },
  {
    situation: 'The field was emptied in the replica',
    master: unchanged('Hannover'),
    replica: changed(null),
    policy: masterWins,
    outcome: toMaster(null, 'only_replica_changed', 'replica_newer'),
  },
  {
    situation: 'An edit where both sides never held the same: what it overwrites is kept, it was on that side only',
    master: changed('Springe', 'Bad Münder am Deister'),
    replica: unchanged('Bad Münder'),
    policy: masterWins,
    outcome: toReplica('Springe', 'only_master_changed', 'master_newer', 'Bad Münder'),
  },
];

export const bothMoved: readonly DecisionRow[] = [
  {
    situation: 'Both were edited, the master wins',
    ...contested,
    policy: masterWins,
    outcome: masterWinsIt('both_changed_master_wins'),
  },
  {
    situation: 'Both were edited, the replica wins',
    ...contested,
    policy: replicaWins,
    outcome: replicaWinsIt('both_changed_replica_wins'),
  },
  {
    situation: 'Emptied in the master and edited in the replica: empty wins like a value',
    master: changed(null),
    replica: changed('Peine'),
    policy: masterWins,
    outcome: toReplica(null, 'both_changed_master_wins', 'conflict', 'Peine'),
  },
  {
    situation: 'The master was modified later',
    ...contested,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 66 }, replica: { modifiedAtSeconds: 60 } },
    outcome: masterWinsIt('newest_master_wins'),
  },
  {
    situation: 'The replica was modified later',
    ...contested,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 60 }, replica: { modifiedAtSeconds: 66 } },
    outcome: replicaWinsIt('newest_replica_wins'),
  },
  {
    situation: 'The replica was modified later, but within the tolerance of the clocks',
    ...contested,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 60 }, replica: { modifiedAtSeconds: 65 } },
    outcome: masterWinsIt('newest_tie_master_wins'),
  },
  {
    situation: 'The replica does not tell when it was modified',
    ...contested,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 60 } },
    outcome: masterWinsIt('newest_time_unknown_master_wins'),
  },
  {
    situation: 'The later time is that of a write of Tandem: when a person modified the record is not known',
    ...contested,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 60 }, replica: { modifiedAtSeconds: 66, byTandem: true } },
    outcome: masterWinsIt('newest_time_unknown_master_wins'),
  },
  { situation: 'Both were edited, a person decides', ...contested, policy: askPerson, outcome: openQuestion },
  {
    situation: 'Each side added an item to the list, one removed another',
    master: changed('a; c', 'a; b'),
    replica: changed('a; b; d', 'a; b'),
    policy: unionOf(';'),
    outcome: {
      writes: { master: 'a; c; d', replica: 'a; c; d' },
      rule: 'combined',
      loses: { master: 'a; c', replica: 'a; b; d' },
      verdict: 'conflict',
    },
  },
  {
    situation: 'What comes out is what one side has already',
    master: changed('a; b; c', 'a'),
    replica: changed('a; b', 'a'),
    policy: unionOf(';'),
    outcome: toReplica('a; b; c', 'combined', 'conflict', 'a; b'),
  },
];

export const noPast: readonly DecisionRow[] = [
  {
    situation: 'The replica is empty: it is filled, whatever the policy',
    master: unknown('Celle'),
    replica: unknown(null),
    policy: askPerson,
    outcome: toReplica('Celle', 'first_sync_fill', 'master_newer'),
  },
  {
    situation: 'The master is empty: it is filled, whatever the policy',
    master: unknown(null),
    replica: unknown('Peine'),
    policy: masterWins,
    outcome: toMaster('Peine', 'first_sync_fill', 'replica_newer'),
  },
  {
    situation: 'Both have a value, the master wins',
    ...firstMeeting,
    policy: masterWins,
    outcome: masterWinsIt('first_sync_master_wins'),
  },
  {
    situation: 'Both have a value, the replica wins',
    ...firstMeeting,
    policy: replicaWins,
    outcome: replicaWinsIt('first_sync_replica_wins'),
  },
  {
    situation: 'Both have a value, the newest wins',
    ...firstMeeting,
    policy: newestWins(),
    about: { master: { modifiedAtSeconds: 60 }, replica: { modifiedAtSeconds: 66 } },
    outcome: replicaWinsIt('newest_replica_wins'),
  },
  { situation: 'Both have a value, a person decides', ...firstMeeting, policy: askPerson, outcome: openQuestion },
  {
    situation: 'Both have a list',
    ...firstMeeting,
    policy: unionOf(';'),
    outcome: {
      writes: { master: 'Celle; Peine', replica: 'Celle; Peine' },
      rule: 'combined',
      loses: { master: 'Celle', replica: 'Peine' },
      verdict: 'conflict',
    },
  },
  {
    situation: 'Only one side has a snapshot of the field',
    master: changed('Celle'),
    replica: unknown('Peine'),
    policy: replicaWins,
    outcome: replicaWinsIt('first_sync_replica_wins'),
  },
];

/** The master's status attributes remember the replica's version and the time of the last sync. */
export const remembered: readonly DecisionRow[] = [
  {
    situation: 'Only the replica has moved since',
    ...firstMeeting,
    policy: masterWins,
    about: { replica: { version: 'another' } },
    outcome: toMaster('Peine', 'only_replica_changed', 'replica_newer', 'Celle'),
  },
  {
    situation: 'Only the master has moved since, and not by us',
    ...firstMeeting,
    policy: replicaWins,
    about: { master: { modifiedAtSeconds: 6 }, replica: { version: 'same' } },
    outcome: toReplica('Celle', 'only_master_changed', 'master_newer', 'Peine'),
  },
  {
    situation: 'Both have moved since',
    ...firstMeeting,
    policy: replicaWins,
    about: { master: { modifiedAtSeconds: 6 }, replica: { version: 'another' } },
    outcome: replicaWinsIt('both_changed_replica_wins'),
  },
  {
    situation: 'The replica has moved since and is empty: it may never have been filled, so it is',
    master: unknown('Celle'),
    replica: unknown(null),
    policy: masterWins,
    about: { replica: { version: 'another' } },
    outcome: toReplica('Celle', 'first_sync_fill', 'master_newer'),
  },
  {
    situation: 'The replica has moved since and the master is empty',
    master: unknown(null),
    replica: unknown('Peine'),
    policy: masterWins,
    about: { replica: { version: 'another' } },
    outcome: toMaster('Peine', 'first_sync_fill', 'replica_newer'),
  },
  {
    situation: 'The replica has no version: its time decides',
    ...firstMeeting,
    policy: masterWins,
    about: { replica: { modifiedAtSeconds: 6 } },
    outcome: toMaster('Peine', 'only_replica_changed', 'replica_newer', 'Celle'),
  },
  {
    situation: "The master's time is that of our own status write, and the replica has not moved: a first sync",
    ...firstMeeting,
    policy: replicaWins,
    about: { master: { modifiedAtSeconds: 60, byTandem: true }, replica: { version: 'same' } },
    outcome: replicaWinsIt('first_sync_replica_wins'),
  },
  {
    situation: 'The master moved within the tolerance of the clocks: a first sync',
    ...firstMeeting,
    policy: replicaWins,
    about: { master: { modifiedAtSeconds: 5 }, replica: { version: 'same' } },
    outcome: replicaWinsIt('first_sync_replica_wins'),
  },
];
