import got from 'got';
import type { CallContext, CallPurpose, Json } from './connector.ts';
import { AmbiguousWrite, type ConnectorError, Misconfigured, RecordFailed, Stopped, Unavailable } from './errors.ts';
import { networkFailure } from './network-failure.ts';

export interface HttpClientOptions {
  /** The name that people know; begins each error message. */
  readonly system: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** For one call from the look-up to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, begins with a slash, already encoded, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly purpose: CallPurpose;
}

/** An answer of any status except redirects. A successful one always has a body of JSON, except 204. */
export interface HttpAnswer {
  /** The name that people know of the system that has answered. */
  readonly system: string;
  readonly status: number;
  /** The parsed body, without NULs and halves of characters; undefined where it is empty or no JSON. */
  readonly json: unknown;
  readonly text: string;
  /** Method and path, for messages. */
  readonly request: string;
  /** Null where the answer has no such header. */
  readonly header: (name: string) => string | null;
  /** The error that fits an answer which leaves open what has happened, in view of what was asked for. */
  readonly lost: (reason: string) => ConnectorError;
  /**
   * The error that fits a status of 5xx. A POST may have taken effect; a PUT, PATCH or DELETE may still be at work where a
   * gateway says that it got no answer (502, 504).
   */
  readonly failed: (reason: string) => ConnectorError;
}

export interface HttpClient {
  /**
   * @throws Unavailable where nothing can have been sent, and for a login that gets no answer
   * @throws RecordFailed for a read without a complete answer
   * @throws Stopped where we gave up ourselves and nothing can have taken effect
   * @throws AmbiguousWrite for a POST, PUT, PATCH or DELETE without a complete answer, with the time-out as `settleMs`
   * @throws Misconfigured where the system has moved for good
   */
  send(request: HttpRequest, context: CallContext): Promise<HttpAnswer>;
}

const longestConnectMs = 5_000;

/** One system's HTTP, without retries: who repeats what is decided where the record's history is known. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return {
    send: async (request, context) => {
      const url = urlOf(options, request);
      const call = new Call(options, request, `${request.method} ${url.pathname}`);
      if (context.signal.aborted) throw call.stopped('stopped by a deadline or a shutdown before anything was sent');
      await context.beforeCall({ system: options.system, purpose: request.purpose, isWrite: isWrite(request) });
      return call.answer(await exchange(url, request, { options, context, call }));
    },
  };
}

function urlOf({ baseUrl }: HttpClientOptions, { path, query }: HttpRequest): URL {
  const url = new URL(`${baseUrl}${path}`);
  url.search = new URLSearchParams(query ?? {}).toString();
  return url;
}

interface Exchange {
  readonly options: HttpClientOptions;
  readonly context: CallContext;
  readonly call: Call;
}

interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

async function exchange(url: URL, request: HttpRequest, { options, context, call }: Exchange): Promise<RawAnswer> {
  const connectMs = Math.min(options.timeoutMs, longestConnectMs);
  try {
    return await got(url, {
      method: request.method,
      headers: { 'user-agent': 'tandem', accept: 'application/json', ...request.headers },
      ...(request.body !== undefined && { json: request.body }),
      timeout: { request: options.timeoutMs, lookup: connectMs, connect: connectMs, secureConnect: connectMs },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      responseType: 'text',
      signal: context.signal,
    });
  } catch (error) {
    // The error that got throws carries the request's headers, so it is not handed on as a cause.
    const { kind, reason } = networkFailure(error, context.signal);
    if (kind === 'not_sent') throw call.unavailable(reason);
    throw kind === 'stopped' || (context.signal.aborted && !isWrite(request))
      ? call.stopped(reason)
      : call.lost(reason);
  }
}

/** One request's words and error classes. */
class Call {
  readonly #options: HttpClientOptions;
  readonly #request: HttpRequest;
  readonly #title: string;

  constructor(options: HttpClientOptions, request: HttpRequest, title: string) {
    this.#options = options;
    this.#request = request;
    this.#title = title;
  }

  answer({ statusCode: status, headers, body: text }: RawAnswer): HttpAnswer {
    if (status >= 300 && status < 400) throw this.#redirected(status);
    const json = parsed(text);
    if (status < 300 && status !== 204 && json === undefined) throw this.lost('the answer is not JSON');
    const header = (name: string): string | null => {
      const value = headers[name.toLowerCase()];
      return typeof value === 'string' ? value : (value?.[0] ?? null);
    };
    return {
      system: this.#options.system,
      status,
      json,
      text,
      request: this.#title,
      header,
      lost: (reason) => this.lost(reason),
      failed: (reason) => this.#failed(status, reason),
    };
  }

  lost(reason: string): ConnectorError {
    if (this.#request.purpose === 'login') return this.unavailable(reason);
    return isWrite(this.#request) ? this.#ambiguous(reason) : new RecordFailed(this.#message(reason), this.#options);
  }

  #failed(status: number, reason: string): ConnectorError {
    const isOver = this.#isRepeatable && status !== 502 && status !== 504;
    return isOver ? new RecordFailed(this.#message(reason), this.#options) : this.lost(reason);
  }

  stopped(reason: string): ConnectorError {
    return new Stopped(this.#message(reason), this.#options);
  }

  unavailable(reason: string): ConnectorError {
    return new Unavailable(this.#message(reason), this.#options);
  }

  /** Whether the same write again would come to the same. */
  get #isRepeatable(): boolean {
    return this.#request.method !== 'GET' && this.#request.method !== 'POST';
  }

  #ambiguous(reason: string): ConnectorError {
    const { system, timeoutMs } = this.#options;
    return new AmbiguousWrite(this.#message(reason), { system, settleMs: timeoutMs });
  }

  /** Nothing is followed: the credentials and the record would go to an address that nobody configured. */
  #redirected(status: number): ConnectorError {
    const isForGood = status === 301 || status === 308;
    return isForGood
      ? new Misconfigured(this.#message(`moved for good (${status}); set the URL that it has moved to`), this.#options)
      : this.unavailable(`redirected elsewhere (${status})`);
  }

  #message(reason: string): string {
    return `${this.#options.system}: ${this.#title}: ${reason}`;
  }
}

const isWrite = ({ method, purpose }: HttpRequest): boolean => method !== 'GET' && purpose !== 'login';

/** Escapes of characters that PostgreSQL can't store in JSON, or of halves that make a whole with their neighbour. */
const suspiciousEscape = /\\u(?:0000|d[89a-f])/i;

function parsed(text: string): unknown {
  try {
    return suspiciousEscape.test(text) ? (JSON.parse(text, storable) as unknown) : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** People do enter a NUL, by pasting (EspoCRM 9.2.7 takes it): their record must not fail for ever because of it. */
function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
}
