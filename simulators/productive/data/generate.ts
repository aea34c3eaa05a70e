import type { Organization } from '../organization.ts';
import { Dice } from './dice.ts';
import { generateMoney } from './money.ts';
import { generateLog } from './log.ts';
import type { Making } from './making.ts';
import { generateClients, generateProjects } from './projects.ts';
import { generateTasks } from './tasks.ts';
import { volumesAt, type Volumes } from './volumes.ts';

export interface Population {
  /** 1, the default: an agency with 27,199 tasks. 0.01: a hundredth of it. */
  readonly scale?: number;
  /** The same seed gives the same data. */
  readonly seed?: number;
  /** When all that happened before; not the clock's time, so that it is the same every time. */
  readonly until?: Date;
}

/** Fills an organization as years of work would have. Nobody is told, no webhook fires. */
export function generate(
  organization: Organization,
  { scale = 1, seed = 1, until = lastDay }: Population = {},
): Volumes {
  const volumes = volumesAt(scale);
  const ago = (days: number): Date => new Date(until.getTime() - Math.round(days * dayMs));
  const making: Making = {
    organization,
    dice: new Dice(seed),
    volumes,
    daysAgo: (days) => organization.time.text(ago(days)),
    dayAgo: (days) => ago(days).toISOString().slice(0, 10),
  };
  const clients = generateClients(making);
  const projects = generateProjects(making, clients);
  const tasks = generateTasks(making, clients, projects);
  generateMoney(making, clients, projects, tasks);
  generateLog(making, tasks, clients);
  return volumes;
}

const dayMs = 86_400_000;
const lastDay = new Date('2026-10-01T10:00:00Z');
