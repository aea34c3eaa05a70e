/** `kill`: SIGKILL. `stop`: SIGTERM, as a deployment does. `pause`: SIGSTOP, and later SIGCONT. */
export type Harm = 'kill' | 'stop' | 'pause';

/** One process, or group of processes, that can be ended and started again at the same address. */
export interface Component {
  readonly name: string;
  /** What can be done to it. */
  readonly harms: readonly Harm[];
  /** How often it ended without being told to. */
  readonly ownDeaths: number;
  /** Resolves when it answers. @throws ComponentFailed */
  start(): Promise<void>;
  /** Ends it and resolves when it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  pause(): void;
  resume(): void;
}

/** A component did not come up. */
export class ComponentFailed extends Error {
  readonly code = 'component_failed';
}
