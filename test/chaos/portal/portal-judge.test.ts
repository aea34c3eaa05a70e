import { describe, expect, test } from '@jest/globals';
import type { StoredWrite } from '../evidence.ts';
import { hint, write } from '../hand-made.ts';
import { judge } from '../oracle.ts';
import type { Rest } from '../findings.ts';
import { HandMadePortal, lists, taskLink } from './hand-made-portal.ts';
import { brokenPromises } from './judge-users.ts';
import type { Receipt } from './users.ts';

const found = (rest: Rest): string[] =>
  judge(rest).map(({ kind, record, field }) => [kind, record, ...(field === null ? [] : [field])].join(' '));

const writtenTo = (side: 'master' | 'replica', field: string, newValue: StoredWrite['newValue'], more: object = {}) =>
  write(side, field, { pair: 'tasks', newValue, ...more });

/** Imported: one entry says everything. */
const creation = writtenTo('replica', 'title', null, {
  ...{ action: 'create', field: null, rule: 'created' },
  newValue: { title: 'Task R1 E1', taskList: '71' },
});
const task = () =>
  new HandMadePortal()
    .typed('master', '500', { title: 'Task R1 E1', task_list_id: lists.master.backlog })
    .wrote('replica', '17', { title: 'Task R1 E1', taskListId: Number(lists.replica.backlog) });

test('a task that came from Productive and was moved in the portal gives no findings', () => {
  const history = task()
    .typed('replica', '17', { taskListId: Number(lists.replica.sprint) })
    .wrote('master', '500', { task_list_id: lists.master.sprint });
  const writes = [creation, writtenTo('master', 'taskList', '72')];
  expect(found(history.rest({ writes }))).toEqual([]);
});

describe('a lost edit is found', () => {
  test('when the portal is put back and nobody knows of what a user had written', () => {
    const history = task()
      .typed('replica', '17', { title: 'Task R1 E2' })
      .wrote('replica', '17', { title: 'Task R1 E1' });
    const writes = [creation, writtenTo('replica', 'title', 'Task R1 E1')];
    expect(found(history.rest({ writes }))).toEqual(['lost 500 title']);
  });

  test('when a move is undone in Productive by a write of the portal', () => {
    const history = task()
      .typed('master', '500', { task_list_id: lists.master.sprint })
      .wrote('master', '500', { task_list_id: lists.master.backlog });
    const writes = [creation, writtenTo('master', 'taskList', '71')];
    expect(found(history.rest({ writes }))).toEqual(['lost 500 taskList']);
  });

  test('but not when Productive wins what both have changed, and the ledger has the loser', () => {
    const history = task()
      .typed('replica', '17', { title: 'Task R1 E2' })
      .typed('master', '500', { title: 'Task R1 E3' })
      .wrote('replica', '17', { title: 'Task R1 E3' });
    const entry = { losingValue: 'Task R1 E2', rule: 'both_changed_master_wins' };
    const writes = [creation, writtenTo('replica', 'title', 'Task R1 E3', entry)];
    expect(found(history.rest({ writes }))).toEqual([]);
  });

  test('and not when the task was deleted in Productive and taken back later', () => {
    const history = task()
      .typed('replica', '17', { title: 'Task R1 E2' })
      .deleted('master', '500', 'person')
      .deleted('replica', '17', 'tandem')
      .typed('master', '500', { title: 'Task R1 E1', task_list_id: lists.master.backlog })
      .wrote('replica', '17', { title: 'Task R1 E1', taskListId: Number(lists.replica.backlog) });
    expect(found(history.rest({ writes: [creation] }))).toEqual([]);
  });
});

describe('a double is found', () => {
  test('when a task that was made in the portal was created twice in Productive', () => {
    const history = new HandMadePortal()
      .typed('replica', '17', { title: 'Task R1 E1' })
      .wrote('master', '500', { title: 'Task R1 E1' })
      .wrote('master', '501', { title: 'Task R1 E1' });
    const writes = [writtenTo('master', 'title', 'Task R1 E1', { rule: 'created' })];
    const links = [taskLink(), taskLink({ id: 2, masterId: '501', replicaId: null })];
    expect(found(history.rest({ writes, links }))).toContain('duplicated R1');
  });

  test('when a task of Productive has two rows', () => {
    const history = task().wrote('replica', '18', { title: 'Task R1 E1' });
    const links = [taskLink(), taskLink({ id: 2, masterId: null, replicaId: '18' })];
    expect(found(history.rest({ writes: [creation], links }))).toContain('duplicated R1');
  });
});

test('a reference to another record than the one that Productive names is a difference', () => {
  const history = task().typed('master', '500', { task_list_id: lists.master.sprint });
  expect(found(history.rest({ writes: [creation] }))).toEqual(['different 500 taskList']);
});

test('what waits, and what was given up, is stuck; of another pair it says nothing', () => {
  expect(found(task().rest({ writes: [creation], hints: [hint({ pair: 'tasks', recordId: '500' })] }))).toEqual([
    'stuck 500',
  ]);
  expect(found(task().rest({ writes: [creation], hints: [hint({ pair: 'comments', recordId: '500' })] }))).toEqual([]);
});

describe('deletions', () => {
  const gone = () => task().deleted('master', '500', 'person');
  const deletedLink = taskLink({ state: 'deleted' });

  test('what Productive has deleted goes from the portal', () => {
    const history = gone().deleted('replica', '17', 'tandem');
    expect(found(history.rest({ writes: [creation], links: [deletedLink] }))).toEqual([]);
  });

  test('a row that Tandem removes though Productive still has the task is found', () => {
    const history = task().deleted('replica', '17', 'tandem');
    expect(found(history.rest({ writes: [creation] }))).toEqual(['deleted by us replica:17']);
  });

  test('a task that Tandem deletes in Productive is found', () => {
    const history = task().deleted('master', '500', 'tandem');
    expect(found(history.rest({ writes: [creation], links: [taskLink({ state: 'unlinked' })] }))).toContain(
      'deleted by us 500',
    );
  });

  test('a row that waits for a person though the pair asks nobody is stuck', () => {
    const failure = { code: 'deletion_held', system: null, message: '', at: '2031-05-05T00:00:00Z', seen: {} } as const;
    const links = [taskLink({ state: 'parked', failure })];
    expect(found(gone().rest({ writes: [creation], links }))).toEqual(['stuck 500']);
  });

  test('a task that comes back though nobody took it out of the bin is found', () => {
    const history = gone().deleted('replica', '17', 'tandem').wrote('master', '501', { title: 'Task R1 E1' });
    const links = [taskLink({ masterId: '501' })];
    expect(found(history.rest({ writes: [creation], links }))).toContain('came back 501');
  });
});

describe('what users were promised', () => {
  const promised = (receipts: readonly Receipt[], history: HandMadePortal, more: object = {}) =>
    brokenPromises({ receipts, refusals: [], saves: history.saves.replica, goneRows: new Set(), ...more }).map(
      ({ kind, record }) => `${kind} ${record}`,
    );
  const accepted = (body: Receipt['body'], status = 202): Receipt => ({ entity: 'tasks', rowId: '17', body, status });

  test('an acknowledged change that was stored once is as it should be', () => {
    const history = task().typed('replica', '17', { title: 'Task R1 E2', taskListId: 12 });
    expect(promised([accepted({ title: 'Task R1 E2', taskListId: '12' })], history)).toEqual([]);
  });

  test('one that is nowhere is lost', () => {
    expect(promised([accepted({ title: 'Task R1 E2' })], task())).toEqual(['lost replica:17']);
  });

  test('one that was carried out twice is found', () => {
    const history = task()
      .typed('replica', '17', { title: 'Task R1 E2' })
      .typed('replica', '17', { title: 'Task R1 E2', description: null });
    expect(promised([accepted({ title: 'Task R1 E2' })], history)).toEqual(['duplicated replica:17']);
  });

  test('an answer that it was so already promises no save', () => {
    expect(promised([accepted({ title: 'Task R1 E1' }, 200)], task())).toEqual([]);
  });

  test('a refusal is nobody’s fault only where the record was deleted', () => {
    const request = { entity: 'tasks', rowId: '17', body: {}, token: '' } as const;
    const refusals = [{ request, status: 404, text: 'unknown' }];
    expect(promised([], task(), { refusals })).toEqual(['broken replica:17']);
    expect(promised([], task(), { refusals, goneRows: new Set(['tasks/17']) })).toEqual([]);
  });
});

test('a comment waits for its task: for one that was deleted it may wait for ever, for another one it is stuck', () => {
  const comment = () =>
    new HandMadePortal('comments').typed('replica', '36', { body: '<p>Comment R1 E1</p>', taskId: 17 });
  const waiting = (taskId: string) => {
    const failure = { code: 'waits_for', system: null, message: '', at: '2031-05-05T00:00:00Z' } as const;
    const seen = { replica: { taskId } };
    return taskLink({ pair: 'comments', masterId: null, replicaId: '36', state: 'new', failure: { ...failure, seen } });
  };
  expect(found(comment().rest({ links: [waiting('parted:tasks:master:500')] }))).toEqual([]);
  expect(found(comment().rest({ links: [waiting('unlinked:tasks:replica:17')] }))).toEqual(['stuck replica:36']);
});
