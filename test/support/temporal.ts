import { startTemporalServer } from '../../cli/temporal-server/start.ts';
import { nothingToStop, type Service } from './service.ts';

/**
 * One Temporal dev server for the whole run, in memory. `TEST_TEMPORAL_ADDRESS` names one that is used instead;
 * `TEMPORAL_ADDRESS` does not: it may be somebody's real cluster.
 */
export async function startTestTemporal(): Promise<Service> {
  const { TEST_TEMPORAL_ADDRESS: given, TEMPORAL_ADDRESS: _, ...environment } = process.env;
  if (given !== undefined) return { kind: 'running', address: given, note: 'given', stop: nothingToStop };
  const lines: string[] = [];
  const options = { environment, log: (line: string) => lines.push(line) };
  // The ports of its inner services are taken by somebody else now and then, between being chosen and being used.
  const server = await startTemporalServer(options).catch(() => startTemporalServer(options));
  return { kind: 'running', address: server.address, note: lines.join('; '), stop: () => server.kill() };
}

/** `host:port` of the run's Temporal server. */
export function testTemporalAddress(): string {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (address === undefined) throw new TypeError('TEST_TEMPORAL_ADDRESS is missing: is this an *.integration.test.ts?');
  return address;
}
