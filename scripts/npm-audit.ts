import { spawnSync } from 'node:child_process';
import { judgeAudit } from './audit-report.ts';

/**
 * `npm audit` of what the product runs with. Fails for anything high or critical, and if the registry can't be asked,
 * unless AUDIT_MAY_BE_UNREACHABLE=1 says that this is known of the place where it runs.
 */
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], { encoding: 'utf8' });
const verdict = judgeAudit(stdout);
switch (verdict.kind) {
  case 'clean':
    console.log('npm audit: nothing high or critical is known');
    break;
  case 'vulnerable':
    console.error(`npm audit: known vulnerabilities\n${verdict.packages.map((line) => `  ${line}`).join('\n')}`);
    process.exitCode = 1;
    break;
  case 'not_asked':
    console.error('npm audit: the registry could not be asked, so nothing is known about vulnerabilities');
    process.exitCode = process.env['AUDIT_MAY_BE_UNREACHABLE'] === '1' ? 0 : 1;
    break;
}
