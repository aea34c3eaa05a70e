import { expect, test } from '@jest/globals';
import { judgeAudit } from './audit-report.ts';

const report = (high: number, vulnerabilities: object = {}) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities,
    metadata: { vulnerabilities: { info: 0, low: 2, moderate: 1, high, critical: 0, total: 3 + high } },
  });

test('a report without anything high or critical is clean', () => {
  expect(judgeAudit(report(0))).toEqual({ kind: 'clean' });
});

test('a high one is named with the versions that have it; lower ones are not', () => {
  const found = {
    got: { name: 'got', severity: 'high', range: '<16.2.0', via: [] },
    pino: { name: 'pino', severity: 'low', range: '*', via: [] },
  };
  expect(judgeAudit(report(1, found))).toEqual({ kind: 'vulnerable', packages: ['got <16.2.0: high'] });
});

test.each([
  ['the registry has no such service', '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":""}}'],
  ['there is no network', '{"error":{"code":"ENOTFOUND","summary":"request to … failed"}}'],
  ['npm said nothing', ''],
  ['something else answered', '<html></html>'],
])('nothing is known, which is not the same as clean, if %s', (_why, json) => {
  expect(judgeAudit(json)).toEqual({ kind: 'not_asked' });
});
