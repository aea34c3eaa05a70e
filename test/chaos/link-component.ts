import { fileURLToPath } from 'node:url';
import { connectOnce } from '../../cli/temporal-server/connect-once.ts';
import type { Component } from './component.ts';
import { ProcessComponent } from './process-component.ts';

export interface Route {
  readonly listenPort: number;
  readonly targetPort: number;
}

export interface LinkOptions {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly seed: number;
  readonly logFile: string;
  /** Asked at each start: the mean time between two cuts of one connection, 0 for none. */
  readonly cutEveryMs: () => number;
}

const program = fileURLToPath(new URL('./tcp-link.ts', import.meta.url));

/** Connections pass through it as long as it lives. */
export function linkComponent({ name, routes, seed, logFile, cutEveryMs }: LinkOptions): Component {
  const route = ({ listenPort, targetPort }: Route): string => `${listenPort}:${targetPort}`;
  return new ProcessComponent({
    name,
    harms: ['kill'],
    logFile,
    child: () => ({
      command: process.execPath,
      commandArguments: [program, String(seed), String(cutEveryMs()), ...routes.map(route)],
    }),
    probe: () => connectOnce(`127.0.0.1:${routes[0]?.listenPort ?? 0}`),
  });
}
