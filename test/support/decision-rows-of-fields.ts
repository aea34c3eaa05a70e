import { askPerson, masterWins, replicaWins, unionOf } from '../../engine/policy.ts';
import {
  changed,
  type DecisionRow,
  contested,
  firstMeeting,
  masterWinsIt,
  onlyMaster,
  onlyReplica,
  openQuestion,
  replicaWinsIt,
  toMaster,
  toReplica,
  unchanged,
  unknown,
} from './decision-row.ts';

export const owned: readonly DecisionRow[] = [
  {
    situation: 'The owner was edited',
    ...onlyMaster,
    direction: 'toReplica',
    policy: masterWins,
    outcome: toReplica('Celle', 'only_master_changed', 'master_newer'),
  },
  {
    situation: 'The other side was edited: it is put back',
    ...onlyReplica,
    direction: 'toReplica',
    policy: masterWins,
    outcome: toReplica('Hannover', 'against_direction', 'master_newer', 'Peine'),
  },
  {
    situation: 'The master was edited, the replica owns the field: it is put back',
    ...onlyMaster,
    direction: 'toMaster',
    policy: masterWins,
    outcome: toMaster('Hannover', 'against_direction', 'replica_newer', 'Celle'),
  },
  {
    situation: 'Both were edited: the owner wins, whatever the policy, and no person is asked',
    ...contested,
    direction: 'toMaster',
    policy: askPerson,
    outcome: replicaWinsIt('both_changed_replica_wins'),
  },
  {
    situation: 'They meet for the first time: the owner wins, whatever the policy',
    ...firstMeeting,
    direction: 'toReplica',
    policy: replicaWins,
    outcome: masterWinsIt('first_sync_master_wins'),
  },
  {
    situation: "They meet for the first time and the owner is empty: that is the owner's value",
    master: unknown(null),
    replica: unknown('Peine'),
    direction: 'toReplica',
    policy: masterWins,
    outcome: toReplica(null, 'against_direction', 'master_newer', 'Peine'),
  },
];

export const required: readonly DecisionRow[] = [
  {
    situation: 'The field was emptied: it is put back',
    master: changed(null),
    replica: unchanged('Hannover'),
    policy: masterWins,
    required: true,
    outcome: toMaster('Hannover', 'required', 'replica_newer'),
  },
  {
    situation: 'Emptied on the side that wins, edited on the other one: the value wins',
    master: changed(null),
    replica: changed('Peine'),
    policy: masterWins,
    required: true,
    outcome: toMaster('Peine', 'required', 'replica_newer'),
  },
  {
    situation: 'A person decided for empty: the master stays',
    ...contested,
    policy: askPerson,
    required: true,
    decided: { resolution: { kind: 'value', value: '' } },
    outcome: toReplica('Celle', 'required', 'master_newer', 'Peine'),
  },
];

export const notTaken: readonly DecisionRow[] = [
  {
    situation: 'The master was edited: nothing is sent, it is noted on the record',
    ...onlyMaster,
    policy: masterWins,
    notTakenBy: 'replica',
    outcome: { stranded: 'replica', verdict: 'master_newer' },
  },
  {
    situation: 'The side that does not take the field was edited by its own people',
    ...onlyReplica,
    policy: masterWins,
    notTakenBy: 'replica',
    outcome: toMaster('Peine', 'only_replica_changed', 'replica_newer'),
  },
  {
    situation: 'Both were edited, the master wins: nothing is sent',
    ...contested,
    policy: masterWins,
    notTakenBy: 'replica',
    outcome: { stranded: 'replica', verdict: 'conflict' },
  },
  {
    situation: 'Two lists become one, on the side that takes it',
    master: changed('a; c', 'a'),
    replica: changed('a; b', 'a'),
    policy: unionOf(';'),
    notTakenBy: 'replica',
    outcome: { ...toMaster('a; c; b', 'combined', 'conflict', 'a; c'), stranded: 'replica' },
  },
];

export const decidedByPerson: readonly DecisionRow[] = [
  {
    situation: "The master's value was chosen",
    ...contested,
    policy: askPerson,
    decided: { resolution: { kind: 'take', side: 'master' } },
    outcome: toReplica('Celle', 'decided_master', 'master_newer', 'Peine'),
  },
  {
    situation: "The replica's value was chosen",
    ...contested,
    policy: askPerson,
    decided: { resolution: { kind: 'take', side: 'replica' } },
    outcome: toMaster('Peine', 'decided_replica', 'replica_newer', 'Celle'),
  },
  {
    situation: 'Another value was given',
    ...contested,
    policy: askPerson,
    decided: { resolution: { kind: 'value', value: 'Uelzen' } },
    outcome: {
      writes: { master: 'Uelzen', replica: 'Uelzen' },
      rule: 'decided_value',
      loses: { master: 'Celle', replica: 'Peine' },
      verdict: 'merged',
    },
  },
  {
    situation: 'A difference of the first meeting was decided',
    ...firstMeeting,
    policy: askPerson,
    decided: { resolution: { kind: 'take', side: 'replica' } },
    outcome: toMaster('Peine', 'decided_replica', 'replica_newer', 'Celle'),
  },
  {
    situation: 'One side was edited again after the decision: it is void, and the question stands again',
    ...contested,
    policy: askPerson,
    decided: { resolution: { kind: 'take', side: 'replica' }, movedSince: 'replica' },
    outcome: openQuestion,
  },
];
