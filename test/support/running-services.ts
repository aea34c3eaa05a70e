import type { Service } from './service.ts';

export type RunningService = Extract<Service, { kind: 'running' }>;

declare global {
  /** Jest loads the set-up and the tear-down separately; the global object is all that they share. */
  var tandemTestServices: RunningService[] | undefined;
}
