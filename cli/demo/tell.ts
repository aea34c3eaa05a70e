/** A step did not come to what is told. */
export class StoryFailed extends Error {
  readonly code = 'story_failed';
}

/** What one step came to, as people see it in the two systems. */
export interface StepResult {
  readonly verdict: string;
  readonly tookMs: number;
  readonly seen: string;
}

export interface Step<Scene> {
  readonly title: string;
  /** Any of the verdicts; at least and at most so many requests to both systems together. */
  readonly expected: { readonly verdicts: readonly string[]; readonly calls: readonly [least: number, most: number] };
  play(scene: Scene): Promise<StepResult>;
}

export interface Stage<Scene> {
  readonly scene: Scene;
  readonly steps: readonly Step<Scene>[];
  /** The requests from now on, as `GET /tasks/17`. */
  readonly watchCalls: () => () => readonly string[];
}

const shownCalls = 50;

/** Plays one step after the other, and stops at the first that does not come to what is told. @returns whether all did */
export async function tell<Scene>({ scene, steps, watchCalls }: Stage<Scene>): Promise<boolean> {
  for (const [index, step] of steps.entries()) {
    const calls = watchCalls();
    try {
      const result = await step.play(scene);
      tellStep(index + 1, step, result, calls().length);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      console.error(`${index + 1}. ${step.title}: FAILED: ${reason}`);
      console.error(`     Requests: ${calls().slice(0, shownCalls).join(', ')}`);
      return false;
    }
  }
  return true;
}

function tellStep<Scene>(
  number: number,
  step: Step<Scene>,
  { verdict, tookMs, seen }: StepResult,
  calls: number,
): void {
  console.log(`${number}. ${step.title.padEnd(48)} ${verdict.padEnd(14)} ${calls} calls  ${Math.round(tookMs)} ms`);
  console.log(`     ${seen}`);
  const [least, most] = step.expected.calls;
  if (!step.expected.verdicts.includes(verdict))
    throw new StoryFailed(`the verdict should be ${step.expected.verdicts.join(' or ')}`);
  if (calls < least || calls > most)
    throw new StoryFailed(`it should cost ${least === most ? least : `${least} to ${most}`} calls`);
}

export function told(holds: boolean, what: string): void {
  if (!holds) throw new StoryFailed(`It is not as told: ${what}`);
}
