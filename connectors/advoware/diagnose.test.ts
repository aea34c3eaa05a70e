import { afterEach, expect, test } from '@jest/globals';
import {
  type Advoware,
  type AdvowareOptions as FirmOptions,
  startAdvoware,
} from '../../simulators/advoware/start-advoware.ts';
import { createContext } from '../test-context.ts';
import type { AdvowareOptions } from './connector.ts';
import { connectorFor } from './test-connector.ts';

const needs = { entity: 'Beteiligte', attributes: ['name'], options: {}, webhooks: [] };
let firm: Advoware;
afterEach(() => firm.stop());

async function diagnose(options: Partial<AdvowareOptions> = {}, firmOptions: FirmOptions = {}, arrange?: () => void) {
  firm = await startAdvoware(firmOptions);
  arrange?.();
  return connectorFor(firm, options).diagnose(needs, createContext());
}

test('a sound set-up has nothing to complain about', async () => {
  const findings = await diagnose();
  expect(findings.map(({ check, level }) => [check, level])).toEqual([
    ['discovery', 'ok'],
    ['token', 'ok'],
    ['reading', 'ok'],
    ['clock', 'ok'],
  ]);
});

test.each(['404', '500', 'empty'] as const)(
  'while nobody knows it, it shows how a missing number is answered: %s',
  async (notFound) => {
    const findings = await diagnose({ notFound: 'ask' }, { notFound });
    expect(findings[2]).toMatchObject({ check: 'reading', level: 'warning' });
    expect(findings[2]?.text).toContain(`ADVOWARE_NOT_FOUND=${notFound}`);
  },
);

test('a wrong base path shows', async () => {
  const findings = await diagnose({ notFound: '500', basePath: '/api/v2' }, { notFound: '500' });
  expect(findings[2]).toMatchObject({ check: 'reading', level: 'failure' });
  expect(findings[2]?.text).toContain('ADVOWARE_BASE_PATH');
});

test('an offline office shows at the token, and nothing after it is tried', async () => {
  const findings = await diagnose({}, {}, () => {
    firm.offline(true);
  });
  expect(findings.map(({ check, level }) => [check, level])).toEqual([
    ['discovery', 'ok'],
    ['token', 'failure'],
  ]);
});

test('a clock that differs from ours shows', async () => {
  const findings = await diagnose({ now: () => Date.now() + 60_000 });
  expect(findings[3]).toMatchObject({ check: 'clock', level: 'warning' });
});

test('a firm that nobody knows shows at once', async () => {
  expect(await diagnose({ kanzlei: 'Unbekannt' })).toMatchObject([{ check: 'discovery', level: 'failure' }]);
});
