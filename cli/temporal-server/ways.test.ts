import { describe, expect, test } from '@jest/globals';
import { cacheDirectory, temporalCandidates, waysToTemporalServer } from './ways.ts';

const everythingInstalled = {
  temporalPaths: ['/usr/bin/temporal', '/home/ann/go/bin/temporal'],
  goPath: '/usr/bin/go',
};
const nothingInstalled = { temporalPaths: [], goPath: undefined };

describe('the way to a Temporal server', () => {
  test('a server named in TEMPORAL_ADDRESS is the only way, whatever else is installed', () => {
    expect(waysToTemporalServer({ TEMPORAL_ADDRESS: 'temporal.example:7233' }, everythingInstalled)).toEqual([
      { kind: 'given-address', address: 'temporal.example:7233' },
    ]);
  });

  test('an empty TEMPORAL_ADDRESS names no server', () => {
    expect(waysToTemporalServer({ TEMPORAL_ADDRESS: '' }, nothingInstalled)).toEqual([{ kind: 'download' }]);
  });

  test('installed executables come first, then the download, then the build with Go', () => {
    expect(waysToTemporalServer({}, everythingInstalled)).toEqual([
      { kind: 'executable', path: '/usr/bin/temporal' },
      { kind: 'executable', path: '/home/ann/go/bin/temporal' },
      { kind: 'download' },
      { kind: 'go-install', goPath: '/usr/bin/go' },
    ]);
  });

  test('without Go there is no build', () => {
    expect(waysToTemporalServer({}, nothingInstalled)).toEqual([{ kind: 'download' }]);
  });
});

describe('where the Temporal CLI is looked for', () => {
  test('on the PATH in its order, then where Go installs to, then in our cache', () => {
    expect(temporalCandidates({ PATH: '/opt/bin:/usr/bin', GOBIN: '/go-bin' }, '/home/ann')).toEqual([
      '/opt/bin/temporal',
      '/usr/bin/temporal',
      '/go-bin/temporal',
      '/home/ann/go/bin/temporal',
      '/home/ann/.cache/tandem/bin/temporal',
    ]);
  });

  test('an environment without a PATH still has the Go folder and the cache', () => {
    expect(temporalCandidates({ GOPATH: '/src/go' }, '/home/ann')).toEqual([
      '/src/go/bin/temporal',
      '/home/ann/.cache/tandem/bin/temporal',
    ]);
  });

  test('the cache follows XDG_CACHE_HOME', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/var/cache/ann' }, '/home/ann')).toBe('/var/cache/ann/tandem');
  });
});
