import { expect, test } from '@jest/globals';
import type { Side } from '../../engine/values.ts';
import { members, teams } from '../support/teams.ts';
import { ModelStore, ModelTables } from './model-store.ts';
import { traits } from './played.ts';
import { newClock, World } from './world.ts';

/** A master that shows no status, and answers each write with a new time of its own. */
async function openWorlds() {
  const clock = newClock();
  const tables = new ModelTables();
  const all: World[] = [];
  const open = async (pair: typeof teams | typeof members): Promise<World> => {
    const world = await World.open({
      pair,
      traits: { master: traits({ stamps: 'stamp', findsOwn: true }), replica: traits({}) },
      clock,
      peers: () => all,
      openStore: (name, now) => new ModelStore(name, now, tables),
    });
    all.push(world);
    return world;
  };
  return { teams: await open(teams), members: await open(members) };
}

async function look(world: World, side: Side, recordId: string) {
  await world.store.hint({ side, recordId, trigger: 'webhook' });
  const [key] = await world.store.dueKeys();
  return world.pass(key ?? '');
}

const made = (world: World, side: Side, values: Record<string, string | null>): string =>
  world.systems[side].create(world.attributes(side, values), 'person');

test('a record made in the master costs one read there and one write here', async () => {
  const { teams: world } = await openWorlds();
  const summary = await look(world, 'master', made(world, 'master', { label: 'Blue' }));
  expect(summary).toMatchObject({ outcome: { kind: 'done', verdict: 'created' }, calls: { Left: 1 } });
  expect(world.systems.master.sent).toEqual([]);
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_label: 'Blue', their_partner: 'm1' });
});

test('a record made in the replica costs one request to the master, and has what its answer showed at once', async () => {
  const { teams: world } = await openWorlds();
  const summary = await look(world, 'replica', made(world, 'replica', { label: 'Blue' }));
  expect(summary).toMatchObject({ outcome: { verdict: 'created' }, again: false, calls: { Left: 1 } });
  expect(world.systems.master.sent).toEqual([{ system: 'Left', action: 'create', attributes: { label: 'Blue' } }]);
  const { attributes } = world.systems.replica.get('r1') ?? {};
  expect(attributes).toMatchObject({ their_stamp: world.systems.master.get('m1')?.attributes['stamp'] });
  expect((await look(world, 'master', 'm1')).outcome).toEqual({ kind: 'done', verdict: 'no_change' });
});

test('an edit in the replica costs a read and a write in the master, and what follows from it comes back at once', async () => {
  const { teams: world } = await openWorlds();
  await look(world, 'master', made(world, 'master', { label: 'Blue' }));
  world.systems.replica.set('r1', { their_label: 'Green' }, 'person');
  const summary = await look(world, 'replica', 'r1');
  expect(summary).toMatchObject({ outcome: { verdict: 'replica_newer' }, again: false, calls: { Left: 2 } });
  const stamp = world.systems.master.get('m1')?.attributes['stamp'];
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_label: 'Green', their_stamp: stamp });
});

test('an edit in the master costs one read there; an echo of our own write too, and nothing is written', async () => {
  const { teams: world } = await openWorlds();
  await look(world, 'master', made(world, 'master', { label: 'Blue' }));
  world.systems.master.set('m1', { label: 'Green' }, 'person');
  expect(await look(world, 'master', 'm1')).toMatchObject({ outcome: { verdict: 'master_newer' }, calls: { Left: 1 } });
  const sent = world.sent.length;
  expect(await look(world, 'master', 'm1')).toMatchObject({ outcome: { verdict: 'no_change' }, calls: { Left: 1 } });
  expect(world.sent).toHaveLength(sent);
});

test('a failure is not written into the master', async () => {
  const { teams: world } = await openWorlds();
  const id = made(world, 'master', { label: 'REFUSED' });
  expect((await look(world, 'master', id)).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
  expect(world.systems.master.sent).toEqual([]);
});

test('a record waits for the one that it requires, which is looked at because of it, and goes on when that is there', async () => {
  const worlds = await openWorlds();
  const team = made(worlds.teams, 'master', { label: 'Blue' });
  const member = made(worlds.members, 'master', { surname: 'Meier', to_team: '0' });
  const first = await look(worlds.members, 'master', member);
  expect(first.outcome).toEqual({ kind: 'waiting', code: 'waits_for', system: null, retryInMs: null });
  expect(await worlds.members.store.dueKeys()).toEqual([]);
  expect((await worlds.members.store.links())[0]).toMatchObject({
    state: 'new',
    attempts: 0,
    failure: { code: 'waits_for', message: expect.stringContaining(`teams ${team}`) },
  });
  // Nobody has said anything about the team.
  expect(await worlds.teams.store.dueKeys()).toEqual([team]);
  await worlds.teams.pass(team);
  expect(await worlds.members.store.dueKeys()).toEqual([member]);
  expect((await worlds.members.pass(member)).outcome).toMatchObject({ verdict: 'created' });
  expect(worlds.members.systems.replica.get('r1')?.attributes).toMatchObject({ their_to_team: 'r1' });
  expect((await worlds.members.store.links())[0]?.failure).toBeNull();
});

test('two records that point to each other find each other', async () => {
  const { members: world } = await openWorlds();
  const one = made(world, 'master', { surname: 'Meier' });
  const other = made(world, 'master', { surname: 'Schulz', to_mentor: '0' });
  world.systems.master.set(one, { to_mentor: other }, 'person');
  await look(world, 'master', one);
  for (let key = (await world.store.dueKeys())[0]; key !== undefined; [key] = await world.store.dueKeys())
    await world.pass(key);
  const mentors = ['r1', 'r2'].map((id) => world.systems.replica.get(id)?.attributes['their_to_mentor']);
  expect(mentors).toEqual(['r2', 'r1']);
  expect((await world.store.links()).map(({ fieldNotes }) => fieldNotes)).toEqual([{}, {}]);
});

test('a reference that was cleared is cleared there too', async () => {
  const worlds = await openWorlds();
  await look(worlds.teams, 'master', made(worlds.teams, 'master', { label: 'Blue' }));
  const member = made(worlds.members, 'master', { surname: 'Meier', to_guest: '0' });
  await look(worlds.members, 'master', member);
  expect(worlds.members.systems.replica.get('r1')?.attributes['their_to_guest']).toBe('r1');
  worlds.members.systems.master.set(member, { to_guest: null }, 'person');
  await look(worlds.members, 'master', member);
  expect(worlds.members.systems.replica.get('r1')?.attributes['their_to_guest']).toBeNull();
});

test('a reference to a record whose couple was parted waits and says so', async () => {
  const worlds = await openWorlds();
  const team = made(worlds.teams, 'master', { label: 'Blue' });
  await look(worlds.teams, 'master', team);
  await look(worlds.teams, 'master', made(worlds.teams, 'master', { label: 'Witness' }));
  worlds.teams.systems.replica.remove('r1', 'person');
  await look(worlds.teams, 'replica', 'r1');
  const member = made(worlds.members, 'master', { surname: 'Meier', to_guest: '0' });
  await look(worlds.members, 'master', member);
  expect((await worlds.members.store.links())[0]?.fieldNotes).toMatchObject({
    to_guest: { kind: 'waiting', side: 'master', waitsFor: { pair: 'teams', side: 'master', id: team, why: 'parted' } },
  });
});

test('a record that requires a deleted one is parked with the reason, and goes on when that one is back or another is named', async () => {
  const worlds = await openWorlds();
  const team = made(worlds.teams, 'master', { label: 'Blue' });
  await look(worlds.teams, 'master', team);
  await look(worlds.teams, 'master', made(worlds.teams, 'master', { label: 'Witness' }));
  worlds.teams.systems.replica.remove('r1', 'person');
  await look(worlds.teams, 'replica', 'r1');
  const member = made(worlds.members, 'master', { surname: 'Meier', to_team: '0' });
  const parked = { kind: 'parked', code: 'target_gone', system: 'Left' };
  expect((await look(worlds.members, 'master', member)).outcome).toEqual(parked);
  expect((await worlds.members.store.links())[0]).toMatchObject({
    state: 'parked',
    failure: { message: expect.stringMatching(new RegExp(`points to teams ${team}, which is deleted`)) },
  });
  expect((await look(worlds.members, 'master', member)).outcome).toEqual(parked);
  expect(await worlds.teams.store.dueKeys()).toEqual([]);

  worlds.members.systems.master.set(member, { to_team: 'm2' }, 'person');
  expect((await look(worlds.members, 'master', member)).outcome).toMatchObject({ kind: 'done', verdict: 'created' });
  expect((await worlds.members.store.links())[0]).toMatchObject({ state: 'linked', failure: null });
});

test('who waits for a record is told that it was deleted before it had a partner', async () => {
  const worlds = await openWorlds();
  const team = made(worlds.teams, 'master', { label: 'Blue' });
  const member = made(worlds.members, 'master', { surname: 'Meier', to_team: '0' });
  expect((await look(worlds.members, 'master', member)).outcome).toMatchObject({ code: 'waits_for' });
  worlds.teams.systems.master.remove(team, 'person');
  await worlds.teams.pass(team);
  expect(await worlds.members.store.dueKeys()).toEqual([member]);
  expect((await worlds.members.pass(member)).outcome).toMatchObject({ kind: 'parked', code: 'target_gone' });
  expect([await worlds.teams.store.dueKeys(), await worlds.members.store.dueKeys()]).toEqual([[], []]);
});

test('a reference that arrived without an answer is known as written, though its target was deleted before the next look', async () => {
  const { members: world } = await openWorlds();
  await look(world, 'master', made(world, 'master', { surname: 'Mentor' }));
  await look(world, 'master', made(world, 'master', { surname: 'Meier' }));
  world.systems.master.set('m2', { to_mentor: 'm1' }, 'person');
  world.systems.replica.faults.push('lost', 'lost');
  expect((await look(world, 'master', 'm2')).outcome).toMatchObject({ code: 'ambiguous_write' });
  world.systems.replica.remove('r1', 'person');
  world.clock.nowMs += 1_000;
  await look(world, 'replica', 'r1');
  world.clock.nowMs += 60_000;
  await look(world, 'master', 'm2');
  const rows = (await world.store.ledger()).filter(({ field }) => field === 'to_mentor');
  expect(rows.map(({ side, state }) => `${side} ${state}`)).toEqual(['replica written']);
});
