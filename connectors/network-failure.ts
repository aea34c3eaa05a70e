import { RequestError, TimeoutError } from 'got';

/**
 * Why there was no answer. `not_sent`: the request can't have reached the system. `stopped`: we gave up ourselves before
 * anything was sent. `lost`: it may have arrived and may have taken effect.
 */
export interface NetworkFailure {
  readonly kind: 'not_sent' | 'stopped' | 'lost';
  /** In words, without addresses or values. */
  readonly reason: string;
}

const connectionPhases = new Set(['lookup', 'connect', 'secureConnect']);
const certificateCodes =
  /^(CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA)/;
const handshakeCodes = /^(EPROTO|ERR_SSL_)/;

const wordsByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name can not be looked up at the moment',
  EHOSTUNREACH: 'the host is not reachable',
  ENETUNREACH: 'the network is not reachable',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
};

/** @param error what `got` threw for a request without redirects and retries */
export function networkFailure(error: unknown, signal: AbortSignal): NetworkFailure {
  if (!(error instanceof RequestError)) return { kind: 'lost', reason: 'the request failed' };
  if (signal.aborted) {
    return isConnected(error)
      ? { kind: 'lost', reason: 'stopped by a deadline or a shutdown before the answer came' }
      : { kind: 'stopped', reason: 'stopped by a deadline or a shutdown before anything was sent' };
  }
  if (error instanceof TimeoutError) return timedOut(error);
  return isBeforeSending(error)
    ? { kind: 'not_sent', reason: wordsFor(error.code, 'no connection') }
    : { kind: 'lost', reason: wordsFor(error.code, 'the answer broke off') };
}

function timedOut(error: TimeoutError): NetworkFailure {
  return connectionPhases.has(error.event) || !isConnected(error)
    ? { kind: 'not_sent', reason: 'no connection in time' }
    : { kind: 'lost', reason: 'no answer in time' };
}

const isConnected = (error: RequestError): boolean => error.timings?.connect !== undefined;

function isBeforeSending(error: RequestError): boolean {
  if (!isConnected(error) || certificateCodes.test(error.code)) return true;
  const isHandshakeDone = error.timings?.secureConnect !== undefined || error.timings?.upload !== undefined;
  // Node gives a connection that breaks during the handshake the same code as one that breaks later.
  return (
    !isHandshakeDone && (handshakeCodes.test(error.code) || error.message.includes('before secure TLS connection'))
  );
}

function wordsFor(code: string, otherwise: string): string {
  return wordsByCode[code] ?? (/^[A-Z0-9_]{1,60}$/.test(code) ? `${otherwise} (${code})` : otherwise);
}
