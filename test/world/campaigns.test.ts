import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DeletePolicy } from '../../engine/deletion.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { sides, textOfJson } from '../../engine/values.ts';
import { refOfKey } from '../../store/record-refs.ts';
import { empty } from '../support/empty.ts';
import { openInMemory } from '../support/embedded.ts';
import { people } from '../support/people.ts';
import { holdsAlwaysAsync } from '../support/property.ts';
import { DatabaseStore } from './database-store.ts';
import type { Sent, SystemTraits } from './model-system.ts';
import { judgements, restOf } from './oracle.ts';
import { endState, inMemory, played, refused, traits, uninterrupted, unhurriedOn } from './played.ts';
import { stepsOf } from './steps.ts';
import { World, type WorldOptions } from './world.ts';

const longest = 60;

const policy = fc.constantFrom<DeletePolicy>({ kind: 'delete' }, { kind: 'unlink' }, { kind: 'ask' });

const replicas = {
  'like EspoCRM': {},
  'like Advoware': { conditional: false, searchable: false, deletes: false, ignores: ['their_rank'] },
  forgetful: { conditional: false, ignores: ['their_rank', 'their_city'], cuts: { their_nickname: 4 } },
} as const satisfies Readonly<Record<string, Partial<SystemTraits>>>;

/** What a campaign is played on: the deletion policies, and what the replica can do. */
interface Setting {
  readonly onMaster: DeletePolicy;
  readonly onReplica: DeletePolicy;
  readonly replica: keyof typeof replicas;
}
const setting: fc.Arbitrary<Setting> = fc.record({
  onMaster: policy,
  onReplica: policy,
  replica: fc.constantFrom('like EspoCRM', 'like Advoware', 'forgetful'),
});

const optionsOf = ({ onMaster, onReplica, replica }: Setting): Omit<WorldOptions, 'openStore'> => ({
  pair: {
    ...people,
    marker: replica === 'like Advoware' ? null : 'their_partner',
    deletion: { ...people.deletion, of: { master: onMaster, replica: onReplica } },
  },
  traits: { master: traits({}), replica: traits(replicas[replica]) },
});
const campaign = stepsOf(
  people.fields.map(({ name }) => name),
  refused,
  longest,
);

async function violations(world: World): Promise<string[]> {
  const rest = await restOf(world);
  return Object.entries(judgements).flatMap(([name, judge]) => judge(rest).map((what) => `${name}: ${what}`));
}

/** Without what is new at each write: times, versions, and the id of a record that does not exist yet. */
function comparable(pair: PairDefinition, sent: readonly Sent[]): string[] {
  const mapped = new Set([...pair.fields.flatMap(({ attribute }) => [attribute.master, attribute.replica]), 'state']);
  const written = sent.map(({ system, action, attributes }) => {
    const kept = Object.entries(attributes).filter(([name]) => mapped.has(name));
    return textOfJson({ system, action, attributes: Object.fromEntries(kept) });
  });
  return written.sort();
}

/** Runs the look of a person, as it was previewed. @returns in what the two differ */
async function comparedWithPreview(world: World, key: string): Promise<string[]> {
  const { side, recordId } = refOfKey({ pair: world.pair.name, key });
  await world.store.hint({ side, recordId, trigger: 'person' });
  const listed = await world.preview(key);
  const before = new Set(world.sent);
  const { outcome } = await world.pass(key);
  const sent = world.sent.filter((one) => !before.has(one));
  // Where another record's pass is in the way, which no preview can know, nothing is written.
  const isInTheWay = outcome.kind === 'waiting' || outcome.kind === 'moved';
  const expected = isInTheWay ? [] : comparable(world.pair, listed.writes);
  const isSame = comparable(world.pair, sent).join() === expected.join();
  const isSameOutcome = isInTheWay || outcome.kind === listed.outcome.kind;
  return isSame && isSameOutcome ? [] : [`${key}: ${JSON.stringify({ listed, outcome, sent })}`];
}

describe('whatever happens, once it is calm', () => {
  test('I1 I3 I4 I5 I6 I14 hold, and I2 I9: looking at everything again writes nothing', async () => {
    await holdsAlwaysAsync(
      fc.asyncProperty(setting, campaign, async (given, steps) => {
        const world = await played({ ...optionsOf(given), openStore: inMemory }, steps);
        expect(await violations(world)).toEqual([]);
        const before = world.sent.length;
        await world.lookAtEverything();
        expect(world.sent.slice(before)).toEqual([]);
      }),
    );
  }, 3_600_000);

  test('the store in memory is as the real one: the same campaigns on a database', async () => {
    const database = await openInMemory();
    const onDatabase = async (name: string, now: () => Date) => {
      await empty(database.db);
      return new DatabaseStore(database.db, name, now);
    };
    await holdsAlwaysAsync(
      fc.asyncProperty(setting, campaign, async (given, steps) => {
        const real = await played({ ...optionsOf(given), openStore: onDatabase }, steps);
        expect(await violations(real)).toEqual([]);
        const model = await played({ ...optionsOf(given), openStore: inMemory }, steps);
        expect(endState(real)).toEqual(endState(model));
      }),
      { share: 0.025, atMost: 100 },
    );
    await database.close();
  }, 3_600_000);
});

test('I8: a pass that dies anywhere and is repeated leads to the same end', async () => {
  const quiet = campaign.map((steps) => steps.filter(({ kind }) => kind !== 'fault'));
  await holdsAlwaysAsync(
    fc.asyncProperty(setting, quiet, async (given, steps) => {
      const options = unhurriedOn(optionsOf({ ...given, replica: 'like EspoCRM' }));
      const [interrupted, straight] = [await played(options, steps), await played(options, uninterrupted(steps))];
      expect(endState(interrupted)).toEqual(endState(straight));
    }),
    { share: 0.3 },
  );
}, 3_600_000);

test('I13: what the preview lists is what the run writes', async () => {
  const untroubled = campaign.map((steps) => steps.filter(({ kind }) => kind !== 'fault'));
  await holdsAlwaysAsync(
    fc.asyncProperty(setting, untroubled, async (given, steps) => {
      const { pair, traits: all } = optionsOf(given);
      // Nobody knows before what a system will refuse.
      const willing = { master: { ...all.master, refuses: '\u0000' }, replica: { ...all.replica, refuses: '\u0000' } };
      const world = await World.open({ pair, traits: willing, openStore: inMemory });
      await world.play(steps);
      // The leases of passes that died have run out.
      world.clock.nowMs += 120_000;
      for (const side of sides)
        for (const recordId of world.systems[side].ids()) await world.store.hint({ side, recordId, trigger: 'person' });
      for (let round = 0; round < 10; round += 1) {
        for (const key of await world.store.dueKeys()) expect(await comparedWithPreview(world, key)).toEqual([]);
        world.clock.nowMs += 120_000;
      }
    }),
    { share: 0.3 },
  );
}, 3_600_000);
