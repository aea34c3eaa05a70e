import type { CallContext, Finding } from '../connector.ts';
import { attempt, judgeClock } from '../diagnosis.ts';
import type { AdvowareClient } from './client.ts';
import { type NotFoundAnswer, notFoundSign } from './not-found.ts';
import { probeReading } from './probe.ts';
import { system } from './refusal.ts';

/** Discovery, token, reading, clock. Stops at the first that fails, since each needs the one before. Never throws. */
export async function diagnoseAdvoware(
  client: AdvowareClient,
  notFound: NotFoundAnswer,
  context: CallContext,
): Promise<readonly Finding[]> {
  const steps = [
    ['discovery', () => checkDiscovery(client, context)],
    ['token', () => checkToken(client, context)],
    ['reading', () => checkReading(client, notFound, context)],
  ] as const;
  const findings: Finding[] = [];
  for (const [check, run] of steps) {
    findings.push(...(await attempt(check, run)));
    if (findings.some(({ level }) => level === 'failure')) break;
  }
  return findings;
}

async function checkDiscovery(client: AdvowareClient, context: CallContext): Promise<readonly Finding[]> {
  const { apiUrl } = await client.endpoints(context);
  return [{ check: 'discovery', level: 'ok', text: `The API is at ${new URL(apiUrl).host}` }];
}

async function checkToken(client: AdvowareClient, context: CallContext): Promise<readonly Finding[]> {
  await client.token(context);
  return [{ check: 'token', level: 'ok', text: `${system} gives us a token` }];
}

async function checkReading(
  client: AdvowareClient,
  notFound: NotFoundAnswer,
  context: CallContext,
): Promise<readonly Finding[]> {
  const answer = await probeReading(client, null, context);
  return [
    { check: 'reading', ...judged(notFoundSign(answer), notFound) },
    judgeClock(system, answer.header('date'), client.now()),
  ];
}

type Sign = ReturnType<typeof notFoundSign>;

function judged(sign: Sign, setting: NotFoundAnswer): Omit<Finding, 'check'> {
  if (sign === setting)
    return { level: 'ok', text: `A number that does not exist is answered as expected (${setting})` };
  if (sign === null)
    return { level: 'failure', text: 'A number that should not exist was answered with a record or a text' };
  if (setting === 'ask') {
    return {
      level: 'warning',
      text: `A number that does not exist is answered with ${sign}; if records can be read, set ADVOWARE_NOT_FOUND=${sign}`,
    };
  }
  return {
    level: 'failure',
    text: `A number that does not exist is answered with ${sign}, not ${setting}; check ADVOWARE_BASE_PATH and ADVOWARE_NOT_FOUND`,
  };
}
