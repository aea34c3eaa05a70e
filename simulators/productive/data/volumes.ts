/** How many of each. Companies, running projects, tasks and comments as they were counted in a real organization. */
export interface Volumes {
  readonly companies: number;
  readonly employees: number;
  readonly contacts: number;
  readonly activeProjects: number;
  readonly archivedProjects: number;
  readonly tasks: number;
  readonly comments: number;
  readonly attachments: number;
  readonly deals: number;
  readonly budgets: number;
  readonly timeEntries: number;
  readonly bookings: number;
  readonly invoices: number;
  readonly expenses: number;
  readonly payments: number;
  readonly activities: number;
  /** Tasks of the project 102877, and how many of them are open. */
  readonly largeProject: { readonly tasks: number; readonly open: number };
}

const full: Volumes = {
  companies: 307,
  employees: 50,
  contacts: 640,
  activeProjects: 233,
  archivedProjects: 174,
  tasks: 27_199,
  comments: 15_486,
  attachments: 3_120,
  deals: 140,
  budgets: 310,
  timeEntries: 6_000,
  bookings: 700,
  invoices: 480,
  expenses: 260,
  payments: 420,
  activities: 600,
  largeProject: { tasks: 845, open: 77 },
};

/** @param scale 1: all of them; 0.01: a hundredth, at least two of each */
export function volumesAt(scale: number): Volumes {
  const scaled = (count: number): number => Math.max(2, Math.round(count * scale));
  const { largeProject, ...rest } = full;
  const others = Object.fromEntries(Object.entries(rest).map(([name, count]) => [name, scaled(count)]));
  const large = { tasks: scaled(largeProject.tasks), open: Math.max(1, Math.round(largeProject.open * scale)) };
  return { ...full, ...others, largeProject: large };
}
