import { StaleVersion } from '../connectors/errors.ts';
import type { Plan, Seen } from '../engine/plan.ts';
import { plan } from '../engine/planner.ts';
import { question } from '../engine/question.ts';
import type { DecidedConflict } from '../engine/resolution.ts';
import { emptyBase } from '../engine/snapshot.ts';
import { rememberedSync } from '../engine/status.ts';
import { type PerSide, type Side, sides } from '../engine/values.ts';
import type { Conflict } from '../store/conflict-rows.ts';
import type { PassSummary, PassVerdict } from '../workflows/contract.ts';
import type { Planned } from './agreement.ts';
import { ask } from './ask.ts';
import { concludeEcho, concludeRest } from './conclude.ts';
import { create } from './create.ts';
import { fail } from './fail.ts';
import { merge, storeCouple } from './merge.ts';
import { observe, withCandidates } from './observe.ts';
import { rivalCreation } from './open-creation.ts';
import { doubtAbout } from './match-doubts.ts';
import { part, remove } from './part.ts';
import { baseOf, type Pass } from './pass.ts';
import { settleUnsettled } from './settle-unsettled.ts';
import { stillWaiting } from './still-waiting.ts';
import { waitForTargets } from './wait-for-targets.ts';

/** How often a record that moves under our hands is planned anew at once. */
const replansAtOnce = 3;

/** From the first read to the stored outcome, with calls that were reserved before. */
export async function look(pass: Pass): Promise<PassSummary> {
  try {
    await pass.reserve();
    return (await stillWaiting(pass)) ?? (await lookUntilStill(pass));
  } catch (error) {
    return await fail(pass, error);
  } finally {
    await pass.giveBack();
  }
}

async function lookUntilStill(pass: Pass): Promise<PassSummary> {
  for (let replans = 0; ; replans += 1) {
    try {
      return await lookAndAct(pass);
    } catch (error) {
      if (!(error instanceof StaleVersion) || replans === replansAtOnce) throw error;
      await forgetWhatWasSeen(pass);
    }
  }
}

/** Nothing of the refused write took effect; what was seen is out of date. */
async function forgetWhatWasSeen(pass: Pass): Promise<void> {
  await pass.settle(
    pass.open.map(({ id }) => ({ id, state: 'dropped' })),
    {},
  );
  pass.written.clear();
  for (const side of sides) {
    Reflect.deleteProperty(pass.seen, side);
    Reflect.deleteProperty(pass.gone, side);
  }
}

async function lookAndAct(pass: Pass): Promise<PassSummary> {
  const observation = await observe(pass);
  if (observation.kind === 'echo') return concludeEcho(pass);
  if (observation.kind === 'ask') return ask(pass, observation.question);
  const doubt = await settleUnsettled(pass);
  if (doubt !== null) return ask(pass, doubt);
  const seen = seenNow(pass, observation.seen);
  const rival = await rivalCreation(pass, seen);
  if (rival !== null) return ask(pass, rival);
  return act(pass, await withCandidates(pass, seen));
}

/** Settling an earlier attempt may have found a record that was not known before. */
function seenNow(pass: Pass, observed: PerSide<Seen>): PerSide<Seen> {
  const now = (side: Side): Seen => {
    const record = pass.seen[side];
    return record === undefined ? observed[side] : { kind: 'present', record };
  };
  return { master: now('master'), replica: now('replica') };
}

/** @param before what the pass has come to already, where it goes on from the answer to its own write */
async function act(pass: Pass, seen: PerSide<Seen>, before: PassVerdict | null = null): Promise<PassSummary> {
  const decided = decide(pass, seen);
  switch (decided.kind) {
    case 'merge': {
      if (await storeCouple(pass)) return lookAndAct(pass);
      const verdict = before ?? decided.verdict;
      return (await merge(pass, decided, plannedFrom(pass), verdict)) ?? act(pass, seenNow(pass, seen), verdict);
    }
    case 'create':
      return (await create(pass, decided)) ?? act(pass, seenNow(pass, seen), 'created');
    case 'remove':
      return remove(pass, decided);
    case 'adopt':
      return adopt(pass, decided);
    case 'wait':
      return waitForTargets(pass, decided.waiting);
    case 'ask':
      return ask(pass, decided.question);
    case 'part':
      return part(pass, decided.gone);
    case 'rest':
      return concludeRest(pass);
  }
}

function decide({ pair, link, known, seen: read, isPersonal }: Pass, seen: PerSide<Seen>): Plan {
  return plan({
    pair,
    base: baseOf(link),
    presumed: link.presumed ?? emptyBase,
    parted: link.gone,
    remembered:
      link.syncedAt === null && read.master !== undefined
        ? rememberedSync(pair, read.master.attributes)
        : nothingRemembered,
    seen,
    decided: decisionsOf(known.conflicts),
    answer: link.answer?.answer ?? null,
    recentWrites: isPersonal ? [] : known.recentWrites,
  });
}

const decisionsOf = (conflicts: readonly Conflict[]): Readonly<Record<string, DecidedConflict>> =>
  Object.fromEntries(
    conflicts.flatMap(({ field, resolution, valueMaster, valueReplica }): [string, DecidedConflict][] =>
      resolution === null ? [] : [[field, { resolution, shown: { master: valueMaster, replica: valueReplica } }]],
    ),
  );

/** The partner is known by now: the next look reads it too. A person's word does not take it away from another record. */
async function adopt(pass: Pass, { side, id }: Plan & { kind: 'adopt' }): Promise<PassSummary> {
  const { deps, pair, link } = pass;
  const taken = await deps.links.taken(pair.name, side, [id], link.id);
  if (taken.has(id)) return ask(pass, question('number_taken', side, { ids: [id] }));
  const doubt = link.answer === null ? await doubtAbout(pass, side, id) : null;
  if (doubt !== null) return ask(pass, doubt);
  const ids = side === 'master' ? { masterId: id } : { replicaId: id };
  // A person's word is kept whatever comes of the look; a match of ours only if the two become a couple.
  if (link.answer !== null) await pass.settle([], ids);
  pass.moveLink([], { ...ids, answer: null });
  return lookAndAct(pass);
}

const nothingRemembered = { replicaVersion: null, lastSync: null };

const plannedFrom = ({ seen }: Pass): Planned => ({
  master: seen.master?.attributes ?? {},
  replica: seen.replica?.attributes ?? {},
});
