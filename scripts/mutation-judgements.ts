/** What a person thinks of a change that no test noticed: why it is harmless, or what is missing. */
export interface MutationJudgement {
  readonly file: string;
  /** Stryker's name of the kind of change. */
  readonly mutator: string;
  /** The line in which the change begins, without the space around it. Line numbers move too easily. */
  readonly line: string;
  /** Where one line has several changes of a kind: the whole replaced text, with single spaces. */
  readonly original?: string;
  /** Where one text is replaced in several ways: the whole replacement, with single spaces. */
  readonly replacement?: string;
  readonly judgement: string;
}

/** The first one that fits a change is taken. Kept by hand; `scripts/mutation-report.ts` names those that fit none. */
export const mutationJudgements: readonly MutationJudgement[] = [];
