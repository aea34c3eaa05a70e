import type { Organization } from '../organization.ts';
import type { Dice } from './dice.ts';
import type { Volumes } from './volumes.ts';

/** What the parts of a population are made with. */
export interface Making {
  readonly organization: Organization;
  readonly dice: Dice;
  readonly volumes: Volumes;
  /** A time as the API writes it, so many days before the end. */
  readonly daysAgo: (days: number) => string;
  /** A day, so many days before the end; negative: after it. */
  readonly dayAgo: (days: number) => string;
}

/** The company and the project with counted numbers of tasks. */
export const landmarks = { company: '149808', project: '102877' } as const;
