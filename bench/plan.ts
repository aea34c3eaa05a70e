/**
 * How long a plan takes: one record of 30 fields, unchanged and with three edits, and 10,000 different records. Compared
 * with copying the same two records, measured in the same run, since milliseconds say more about the machine than about
 * the engine.
 */
import { performance } from 'node:perf_hooks';
import { choice, type Codec, day, text } from '../engine/codec.ts';
import { email, phone } from '../engine/codec-contact.ts';
import { flag, multiline, number } from '../engine/codec-plain.ts';
import { instant } from '../engine/codec-time.ts';
import { definePair, field } from '../engine/define-pair.ts';
import { type PlanInput, type SeenRecord, withoutPast } from '../engine/plan.ts';
import { plan } from '../engine/planner.ts';
import { masterWins } from '../engine/policy.ts';
import type { Attributes, Json } from '../engine/values.ts';

const salutation = choice([
  ['Mr.', 'Herr'],
  ['Ms.', 'Frau'],
  ['Mrs.', 'Frau'],
]);

interface Kind {
  readonly codec: Codec;
  readonly fields: number;
  readonly master: (record: number) => Json;
  readonly replica?: (record: number) => Json;
}
const twoDigits = (value: number): string => String(10 + (value % 18));
const kinds: readonly Kind[] = [
  { codec: text(), fields: 12, master: (record) => `Rechtsanwaltskanzlei Müller & Söhne ${record}` },
  {
    codec: day('midnight'),
    fields: 4,
    master: (record) => `1980-02-${twoDigits(record)}`,
    replica: (record) => `1980-02-${twoDigits(record)}T00:00:00`,
  },
  { codec: salutation, fields: 4, master: () => 'Mrs.', replica: () => 'Frau' },
  { codec: phone(), fields: 4, master: (record) => `+49511${100_000 + record}` },
  { codec: email(), fields: 2, master: (record) => `anna.meier${record}@example.com` },
  { codec: multiline(), fields: 1, master: (record) => `first line\nsecond line ${record}` },
  { codec: instant(), fields: 1, master: (record) => `2026-11-${twoDigits(record)} 10:00:00` },
  { codec: number(), fields: 1, master: (record) => record / 4 },
  { codec: flag(), fields: 1, master: (record) => record % 2 === 0 },
];
const columns = kinds.flatMap((kind) =>
  Array.from({ length: kind.fields }, (_, index) => ({ ...kind, name: `${kind.codec.kind}${index}` })),
);

const states = { clean: 'a', failed: 'b', permanently_failed: 'c', conflict: 'd', deleted_in_replica: 'e' };
const pair = definePair({
  name: 'bench',
  master: { system: 'Left', entity: 'Party' },
  replica: { system: 'Right', entity: 'Party' },
  fields: Object.fromEntries(
    columns.map(({ name, codec }) => [name, field(name, `their_${name}`, codec, { group: 'all' })]),
  ),
  groups: { all: masterWins },
  status: {
    replicaId: 'number',
    replicaVersion: 'rowId',
    lastSync: 'lastSync',
    state: 'state',
    attempts: 'attempts',
    message: 'message',
  },
  states,
});

const inMaster = (record: number): Attributes =>
  Object.fromEntries(columns.map(({ name, master }) => [name, master(record)]));
const inReplica = (record: number): Attributes =>
  Object.fromEntries(columns.map(({ name, master, replica = master }) => [`their_${name}`, replica(record)]));
const seen = (id: string, attributes: Attributes): SeenRecord => ({
  id,
  version: '1',
  attributes,
  modifiedAt: '2026-11-20T10:00:00Z',
  modifiedByUs: false,
});

/** A couple that agrees, but for what is said; base and records share no object. */
const couple = (record: number, masterEdits: Attributes = {}, replicaEdits: Attributes = {}): PlanInput => ({
  ...withoutPast,
  pair,
  base: { master: inMaster(record), replica: inReplica(record) },
  seen: {
    master: { kind: 'present', record: seen('m', { ...inMaster(record), ...masterEdits }) },
    replica: { kind: 'present', record: seen('r', { ...inReplica(record), ...replicaEdits }) },
  },
});

const unchanged = couple(1);
/** One edit on either side, and one field that both edited. */
const edited = couple(1, { text0: 'Meier', phone0: '0511 1' }, { their_text1: 'Maier', their_phone0: '0511 2' });
const thousands = Array.from({ length: 10_000 }, (_, record) => couple(record));

/** The fastest of some rounds, in microseconds per run: whatever else the machine does only ever slows down. */
function microseconds(
  run: () => unknown,
  { runs, rounds }: { readonly runs: number; readonly rounds: number },
): number {
  const round = (): number => {
    const startedAt = performance.now();
    for (let index = 0; index < runs; index += 1) run();
    return ((performance.now() - startedAt) * 1_000) / runs;
  };
  return Math.min(...Array.from({ length: rounds }, round));
}

const often = { runs: 2_000, rounds: 20 };
const once = { runs: 1, rounds: 5 };
const cloneUs = microseconds(() => structuredClone(unchanged.seen), often);
const results: readonly (readonly [what: string, us: number])[] = [
  ['copy both records (structuredClone)', cloneUs],
  ['copy both records (JSON)', microseconds(() => JSON.parse(JSON.stringify(unchanged.seen)) as unknown, often)],
  ['plan, unchanged', microseconds(() => plan(unchanged), often)],
  ['plan, 3 edits', microseconds(() => plan(edited), often)],
  ['plan, one of 10,000', microseconds(() => thousands.map(plan), once) / thousands.length],
];

const row = (...[what = '', us = '', ratio = '']: readonly string[]): string =>
  `${what.padEnd(36)}${us.padStart(10)}${ratio.padStart(12)}\n`;
process.stdout.write(row(`${pair.fields.length} fields per record`, 'µs', '× a copy'));
for (const [what, us] of results) process.stdout.write(row(what, us.toFixed(1), (us / cloneUs).toFixed(2)));
