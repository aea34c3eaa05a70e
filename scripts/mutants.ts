import { z } from 'zod';

const positionSchema = z.object({ line: z.number(), column: z.number() });
const locationSchema = z.object({ start: positionSchema, end: positionSchema });
const mutantSchema = z.object({
  mutatorName: z.string(),
  replacement: z.string().default(''),
  location: locationSchema,
  status: z.enum(['Killed', 'Survived', 'NoCoverage', 'Timeout', 'RuntimeError', 'CompileError', 'Ignored']),
});

/**
 * The part of Stryker's JSON report that we read (documented in the mutation-testing-report-schema).
 * Lines and columns count from 1; the end is exclusive. `Pending` is refused: such a run was not finished.
 */
const reportSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.string(), mutants: z.array(mutantSchema) })),
});

/** One change of the code, and what became of it. */
export interface Mutant {
  /** Below the project's folder. */
  readonly file: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly column: number;
  /** The line in which it begins, without the space around it. */
  readonly lineText: string;
  readonly mutator: string;
  /** What is replaced and by what, in one line with single spaces. */
  readonly original: string;
  readonly replacement: string;
  readonly status: z.infer<typeof mutantSchema>['status'];
}

/** Every mutant of a report, in the order of the code. Throws a `ZodError` if the report has another form. */
export function readMutants(report: unknown): readonly Mutant[] {
  const { files } = reportSchema.parse(report);
  return Object.entries(files)
    .flatMap(([file, { source, mutants }]) => mutants.map((mutant) => described(file, source.split('\n'), mutant)))
    .sort(byPlace);
}

function described(file: string, lines: readonly string[], found: z.infer<typeof mutantSchema>): Mutant {
  const { line, column } = found.location.start;
  return {
    file,
    line,
    column,
    lineText: (lines[line - 1] ?? '').trim(),
    mutator: found.mutatorName,
    original: inOneLine(textAt(lines, found.location)),
    replacement: inOneLine(found.replacement),
    status: found.status,
  };
}

function textAt(lines: readonly string[], { start, end }: z.infer<typeof locationSchema>): string {
  const [first = '', ...further] = lines.slice(start.line - 1, end.line);
  const last = further.pop();
  if (last === undefined) return first.slice(start.column - 1, end.column - 1);
  return [first.slice(start.column - 1), ...further, last.slice(0, end.column - 1)].join('\n');
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function byPlace(a: Mutant, b: Mutant): number {
  return (
    compared(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compared(a.mutator, b.mutator) ||
    compared(a.original, b.original) ||
    compared(a.replacement, b.replacement)
  );
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
