import got from 'got';
import type { z } from 'zod';
import { errorBody } from '../api/api-error.ts';
import { parseConfig } from '../config.ts';
import { CommandFailed, ServiceNotThere } from './command-failed.ts';

/** The ops API as the commands use it. */
export interface ApiClient {
  /** @throws CommandFailed with what to do; ServiceNotThere if nobody answers */
  call<T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, body?: unknown): Promise<T>;
}

/** Longer than a check takes to answer. */
const timeoutMs = 40_000;

/** TANDEM_API_URL and TANDEM_API_TOKEN, or what the service's own configuration says. @throws CommandFailed, InvalidConfig */
export function createApiClient(environment: Readonly<Record<string, string | undefined>>): ApiClient {
  const { url, token } = addressOf(environment);
  return {
    call: async (method, path, shape, body) => {
      const answer = await send(`${url}/api/v1${path}`, method, token, body);
      const json: unknown = answer.body === '' ? null : parsed(answer.body);
      if (answer.statusCode >= 400) throw refused(answer.statusCode, json);
      const result = shape.safeParse(json);
      if (!result.success) throw new CommandFailed(`What answers at ${url} is not this version of Tandem`);
      return result.data;
    },
  };
}

function addressOf(environment: Readonly<Record<string, string | undefined>>): { url: string; token: string } {
  const { TANDEM_API_URL: url, TANDEM_API_TOKEN: token } = environment;
  if (url !== undefined && token !== undefined) return { url: url.replace(/\/+$/, ''), token };
  const config = parseConfig(environment);
  const [first] = config.API_TOKENS.values();
  const known = token ?? first?.reveal();
  if (known === null) throw new CommandFailed('Set TANDEM_API_TOKEN: API_TOKENS has only the hash of its first token');
  if (known === undefined) throw new CommandFailed('Set TANDEM_API_TOKEN, or API_TOKENS as the service has it');
  return { url: url ?? `http://${config.API_HOST}:${config.API_PORT}`, token: known };
}

async function send(url: string, method: 'GET' | 'POST', token: string, body: unknown) {
  try {
    return await got(url, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { json: body }),
      throwHttpErrors: false,
      retry: { limit: 0 },
      timeout: { request: timeoutMs },
      responseType: 'text',
    });
  } catch {
    throw new ServiceNotThere(
      `Tandem does not answer at ${new URL(url).origin}; is \`tandem start\` running? (TANDEM_API_URL)`,
    );
  }
}

/** 503: the service is there, but not yet what it needs. */
function refused(status: number, json: unknown): CommandFailed {
  const body = errorBody.safeParse(json);
  const message = body.success ? body.data.error.message : `Tandem answered with ${status}`;
  return status === 503 ? new ServiceNotThere(message) : new CommandFailed(message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
