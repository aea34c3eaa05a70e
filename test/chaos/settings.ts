import { z } from 'zod';

/** One limit of a system: at most so many requests within any span of so many milliseconds. */
export interface BudgetWindow {
  readonly limit: number;
  readonly windowMs: number;
}

const count = (name: string) => z.string().regex(/^\d+$/, `${name} must be a whole number`).transform(Number);

/** `100/10s,4000/30m`; also handed to the service as it is. */
const budget = z
  .string()
  .regex(/^(\d+\/\d+[smh](,|$))*$/, 'BUDGET must look like 100/10s,4000/30m')
  .transform((text) => ({ text, windows: text.split(',').flatMap(windowOf) }));

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function windowOf(text: string): readonly BudgetWindow[] {
  const [limit, span = ''] = text.split('/');
  return span === ''
    ? []
    : [{ limit: Number(limit), windowMs: Number.parseInt(span, 10) * (unitMs[span.slice(-1)] ?? 0) }];
}

const defaultHarmEverySeconds = 4.5;

/** Families of pairs that can be played. */
const familyNames = ['beteiligte', 'portal'] as const;
export type FamilyName = (typeof familyNames)[number];

/** What the run of CI has. Every task brings its comments, activities and a dozen webhooks. */
const defaultRecords: Readonly<Record<FamilyName, number>> = { beteiligte: 300, portal: 120 };

const environment = z.object({
  /** Which systems it is about. */
  PAIR: z.enum(familyNames, `PAIR must be one of ${familyNames.join(', ')}`).prefault('beteiligte'),
  /** Decides who edits what, what is killed when, and which requests fail. */
  SEED: count('SEED').prefault('1'),
  /** How long things are killed and fail. */
  MINUTES: z.coerce.number('MINUTES must be a number').positive().prefault(2),
  /** By default 300, of the portal 120. */
  RECORDS: count('RECORDS').optional(),
  /** Edits beside the creations; by default twice as many as records. */
  EDITS: count('EDITS').optional(),
  /** Whether Advoware can be searched by name. By default it can't in every fifth seed. */
  SEARCH: z.enum(['on', 'off'], 'SEARCH must be on or off').optional(),
  /** Whether Advoware refuses a PUT whose `rowId` is outdated, which nobody knows of the real one. */
  ROW_ID_CHECK: z.enum(['on', 'off'], 'ROW_ID_CHECK must be on or off').prefault('on'),
  BUDGET: budget.prefault(''),
  /** Seconds from one harm to the next, on the average. The default hits every component ten times in eight minutes. */
  HARM_EVERY: z.coerce.number('HARM_EVERY must be a number of seconds').positive().prefault(defaultHarmEverySeconds),
  /** Logs of a good run are kept too. */
  KEEP_LOGS: z.string().optional(),
});

export type ChaosSettings = Readonly<ReturnType<typeof parseSettings>>;

/** Without search a creation whose answer got lost is a question to a person. */
const searchOffEvery = 5;

/** @throws z.ZodError */
export function parseSettings(given: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.parse(set);
  const { PAIR, SEED, MINUTES, EDITS, SEARCH, ROW_ID_CHECK, BUDGET, HARM_EVERY, KEEP_LOGS } = parsed;
  const records = parsed.RECORDS ?? defaultRecords[PAIR];
  return {
    family: PAIR,
    seed: SEED,
    minutes: MINUTES,
    records,
    edits: EDITS ?? 2 * records,
    canBeSearched: SEARCH === undefined ? SEED % searchOffEvery !== 0 : SEARCH === 'on',
    checksRowId: ROW_ID_CHECK === 'on',
    budget: BUDGET,
    harmEverySeconds: HARM_EVERY,
    keepsLogs: KEEP_LOGS !== undefined,
  };
}

/** The command that plays the same again. */
export function replayCommand({
  family,
  seed,
  minutes,
  records,
  edits,
  canBeSearched,
  checksRowId,
  budget,
  harmEverySeconds,
}: ChaosSettings): string {
  const pair = family === 'beteiligte' ? '' : ` PAIR=${family}`;
  const always = `make chaos${pair} SEED=${seed} MINUTES=${minutes} RECORDS=${records} EDITS=${edits}`;
  const more = [
    ...(family === 'beteiligte' ? [`SEARCH=${canBeSearched ? 'on' : 'off'}`] : []),
    ...(checksRowId ? [] : ['ROW_ID_CHECK=off']),
    ...(budget.text === '' ? [] : [`BUDGET=${budget.text}`]),
    ...(harmEverySeconds === defaultHarmEverySeconds ? [] : [`HARM_EVERY=${harmEverySeconds}`]),
  ];
  return [always, ...more].join(' ');
}
