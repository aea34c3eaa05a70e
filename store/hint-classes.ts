import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';

/**
 * Who said that a record may have changed, the most urgent first: a weaker one never replaces a stronger. A person is
 * always heard: both sides are read and waits end. `look_again`: a pass saw in an answer that somebody had edited the
 * record meanwhile, so both sides are read too. `retry`: the earlier look failed and its time has come. `catch_up`: a list
 * of what was changed since the last one shows it. `census`: a walk over everything, or a visit to a record that nobody
 * reports on. `backfill`: the first such walk.
 */
export const hintTriggers = ['person', 'look_again', 'webhook', 'retry', 'catch_up', 'census', 'backfill'] as const;
export type HintTrigger = (typeof hintTriggers)[number];

/** The classes of work, the most urgent first. */
export const workClasses = ['interactive', 'webhook', 'catch_up', 'census', 'backfill'] as const;
export type WorkClass = (typeof workClasses)[number];

const classes: Readonly<Record<HintTrigger, WorkClass>> = {
  person: 'interactive',
  look_again: 'webhook',
  webhook: 'webhook',
  retry: 'webhook',
  catch_up: 'catch_up',
  census: 'census',
  backfill: 'backfill',
};

export const classOf = (trigger: HintTrigger): WorkClass => classes[trigger];

/** 1 for the most urgent class, 5 for the least. */
export const rankOf = (trigger: HintTrigger): number => workClasses.indexOf(classOf(trigger)) + 1;

/** The work of walks and lists: much at once, and nobody waits for a single record of it. */
export const backgroundClasses: readonly WorkClass[] = ['catch_up', 'census', 'backfill'];
export const backgroundTriggers = hintTriggers.filter((trigger) => backgroundClasses.includes(classOf(trigger)));

/** `rankOf` as part of a statement. Written out, since an index on it is used only where it stands word by word. */
export const rankInSql = (trigger: SQLWrapper): SQL<number> =>
  sql<number>`case ${trigger} ${sql.raw(hintTriggers.map((one) => `when '${one}' then ${rankOf(one)}`).join(' '))} end`;
