import { delimiter, join } from 'node:path';

/** Built from source when nothing else works; the newest version that `go install` can build. */
export const temporalCliModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Where a Temporal server can come from; tried in the order of {@link waysToTemporalServer}. */
export type Way =
  | { readonly kind: 'given-address'; readonly address: string }
  | { readonly kind: 'executable'; readonly path: string }
  | { readonly kind: 'download' }
  | { readonly kind: 'go-install'; readonly goPath: string };

/** The part of the process environment that decides, by its usual names. */
export interface Environment {
  readonly [name: string]: string | undefined;
}

/** What was found on this machine. */
export interface Findings {
  /** Files that exist and may be executed, in the order of {@link temporalCandidates}. */
  readonly temporalPaths: readonly string[];
  readonly goPath: string | undefined;
}

/** `$XDG_CACHE_HOME/tandem` or `~/.cache/tandem`. */
export function cacheDirectory(environment: Environment, homeDirectory: string): string {
  return join(environment['XDG_CACHE_HOME'] ?? join(homeDirectory, '.cache'), 'tandem');
}

/** Every place where an executable of that name may lie on the PATH. */
export function pathCandidates(environment: Environment, executable: string): string[] {
  const directories = (environment['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, executable));
}

/** Every place where the Temporal CLI may lie: the PATH, where Go installs to, and our cache. */
export function temporalCandidates(environment: Environment, homeDirectory: string): string[] {
  const goBin = environment['GOBIN'];
  const goPath = environment['GOPATH'] ?? join(homeDirectory, 'go');
  return [
    ...pathCandidates(environment, 'temporal'),
    ...(goBin === undefined || goBin === '' ? [] : [join(goBin, 'temporal')]),
    join(goPath, 'bin', 'temporal'),
    join(cacheDirectory(environment, homeDirectory), 'bin', 'temporal'),
  ];
}

/** The ways that are open on this machine, best first. A server that somebody named is the only way: it is never replaced silently. */
export function waysToTemporalServer(environment: Environment, findings: Findings): Way[] {
  const address = environment['TEMPORAL_ADDRESS'];
  if (address !== undefined && address !== '') return [{ kind: 'given-address', address }];
  return [
    ...findings.temporalPaths.map((path): Way => ({ kind: 'executable', path })),
    { kind: 'download' },
    ...(findings.goPath === undefined ? [] : [{ kind: 'go-install', goPath: findings.goPath } as const]),
  ];
}
