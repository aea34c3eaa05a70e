import type { Command } from 'commander';

/** What `<pair>` is, in the help of every command that takes one. */
export const aPair = 'name of a pair, as `tandem status` shows it, for instance beteiligte';
/** The same where the pair may be left out. */
export const aPairOrAll = `${aPair}; all pairs if you leave it out`;
/** What `<id>` is. */
export const aRecord = "the master's id, or replica:<id> for a record that only the replica has";
export const asJson = 'print the answer as JSON';

/** Exit codes of commands that look at a record and wait for the result. */
export const looked = {
  0: 'done, or nothing was to be done',
  1: 'a person has to act, or the command failed',
  3: 'not finished; it goes on by itself',
} as const;

interface Epilogue {
  /** Complete command lines, each with what it does. */
  readonly examples?: readonly (readonly [line: string, effect: string])[];
  readonly exitCodes?: Readonly<Record<number, string>>;
}

/** Puts examples and exit codes below the help of a command. */
export function withEpilogue(command: Command, { examples = [], exitCodes = {} }: Epilogue): Command {
  const codes = Object.entries(exitCodes);
  const width = Math.max(...examples.map(([line]) => line.length), 0);
  const parts = [
    ...(examples.length === 0 ? [] : ['', 'Examples:']),
    ...examples.map(([line, effect]) => `  ${line.padEnd(width)}  # ${effect}`),
    ...(codes.length === 0 ? [] : ['', 'Exit codes:']),
    ...codes.map(([code, meaning]) => `  ${code}  ${meaning}`),
  ];
  return command.addHelpText('after', parts.join('\n'));
}
