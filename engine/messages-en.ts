import { inBrackets, listed, type Subject, type Wording } from './wording.ts';

const deleteKeepOrCreate =
  'Please tell an administrator whether to delete this one too, to keep it alone, or to create it there again.';

export const english: Wording = {
  failures: {
    rate_limited: ({ system }, next) => `${system} asks for a pause. ${next}`,
    unavailable: ({ system }, next) => `${system} can't be reached. ${next}`,
    auth_failed: ({ system }) =>
      `${system} refuses Tandem's login. An administrator has to correct it; then it goes on by itself.`,
    budget_spent: ({ system }, next) => `The calls that ${system} may get are used up for the moment. ${next}`,
    stopped: (_, next) => `Tandem was just being stopped. ${next}`,
    forbidden: ({ system, reason }) =>
      `${system} does not let Tandem use this record. An administrator has to change the rights and to run "tandem retry".${inBrackets(reason)}`,
    record_failed: ({ system, reason }, next) => `${system} could not handle this record. ${next}${inBrackets(reason)}`,
    rejected: (subject, next) => rejected(subject, next),
    stale_version: ({ system }, next) => `The record is being changed in ${system} all the time. ${next}`,
    ambiguous_write: ({ system }, next) => `${system} did not confirm a change. ${next}`,
    misconfigured: ({ system, reason }) =>
      `The connection to ${system} is not set up correctly, and nothing is compared. An administrator has to correct it and to run "tandem resume".${inBrackets(reason)}`,
    unexpected: (_, next) => `Something unexpected went wrong; for details see the log of Tandem. ${next}`,
  },
  again: (at, attempt, of) => `Attempt ${attempt} of ${of}; it is tried again by itself at ${at}.`,
  gaveUp: 'Tandem has given up. Please change the record, or ask an administrator to run "tandem retry".',
  byItself: 'It goes on by itself.',
  questions: {
    look_alikes: ({ system, ids }) =>
      `${system} has records that may be the same (${listed(ids)}). Please enter the number of the right one, or of a new one that you make there.`,
    gone: ({ system, ids }) =>
      `The record ${listed(ids)} does not exist in ${system} any more. Nothing was deleted on the other side. ${deleteKeepOrCreate}`,
    gone_but_edited: ({ system, ids }) =>
      `The record ${listed(ids)} does not exist in ${system} any more, while this one was edited. ${deleteKeepOrCreate}`,
    deletion_held: ({ system, ids }) =>
      `The record ${listed(ids)} does not exist in ${system} any more, like unusually many others. Nothing more is deleted until an administrator has looked at them.`,
    delete_by_hand: ({ system, ids }) =>
      `The partner of ${listed(ids)} was deleted, and ${system} does not delete for other programs. Please delete ${listed(ids)} there by hand, or tell an administrator to keep it.`,
    may_not_create: ({ system }) =>
      `There is no such record in ${system}, and Tandem is set up not to create any there. Please make it there and connect it by its number.`,
    number_taken: ({ ids }) =>
      `The number ${listed(ids)} belongs to another record. Please clear it here to have a new record created, or correct the other one.`,
    number_changed: ({ ids }) =>
      `The number was changed to ${listed(ids)} by hand, but the record stays connected as before. Please put the old number back.`,
    number_unknown: ({ system, ids }) =>
      `${system} has no record ${listed(ids)}. Please correct the number, or clear it to have a new record created.`,
    maybe_created: ({ system }) =>
      `${system} did not answer when this record was created, and it may exist there. Please look it up in ${system} and enter its number here; if it is not there, tell an administrator.`,
    target_gone: ({ ids }) =>
      `It points to ${listed(ids)}, which is deleted, and can't be made on the other side without it. Please correct that here or delete this record; then it goes on by itself.`,
    loop: ({ fields }) =>
      `${listed(fields)}: the value went back and forth between the systems. Nothing more is written until somebody has found out who changes it and an administrator asks for a new comparison.`,
  },
  waitsFor: (records) => `Waits for ${listed(records)}: not on the other side yet. It goes on by itself.`,
  conflict: (fields) =>
    `${listed(fields)}: changed in both systems. Please tell an administrator which value stays; everything else is equal.`,
  parted: (system) => `The record was deleted in ${system}. This one stays and is not compared with anything any more.`,
  dayAndTime: 'd MMM HH:mm',
  recovered: (system, since) => `${system} answers again. What has waited since ${since} goes on by itself.`,
  waiting: (system, since, reason) => `Waiting for ${system} since ${since}: ${reason}`,
  waits: { rate_limited: 'asks for a pause', unavailable: 'not reachable', auth_failed: 'login refused' },
};

function rejected({ system, fields, correctIn, reason }: Subject, next: string): string {
  if (fields.length === 0) return `${system} does not accept this record. ${next}${inBrackets(reason)}`;
  const refused = `${system} does not accept the value of the field ${listed(fields)}`;
  return correctIn === null
    ? `${refused}. Please correct it here; then it goes on by itself.`
    : `${refused} that comes from ${correctIn}. Please correct it in ${correctIn}, then ask an administrator to run "tandem retry".`;
}
