import type { CallContext, OpenedFile, RemoteRecord } from '../connector.ts';
import { AuthFailed, ConnectorError, Forbidden, RateLimited, RecordFailed, StaleVersion, Stopped } from '../errors.ts';
import type { ProductiveClient } from './client.ts';
import { pauseMs } from './pause.ts';

export interface FileHosts {
  /** Where Productive's files lie; the token is shown to this host only. */
  readonly filesUrl: string;
  /** Where files are sent to before Productive takes them over. */
  readonly uploadUrl: string;
  readonly token: string;
}

/**
 * Productive's own links need the API token in their query (documented), so nobody but us may ever have one with it. No
 * error names the address.
 * @param attachment only its id and `url` are looked at
 * @throws StaleVersion where there is no such file any more, Forbidden where it lies at a host that is not Productive's
 */
export async function openFile(
  client: ProductiveClient,
  hosts: FileHosts,
  attachment: RemoteRecord,
  { signal, beforeCall }: CallContext,
): Promise<OpenedFile> {
  const { system, timeoutMs } = client;
  const url = addressOf(attachment, hosts, system);
  await beforeCall({ system, purpose: 'record', isWrite: false });
  const untilHeaders = new AbortController();
  const timer = setTimeout(() => {
    untilHeaders.abort();
  }, timeoutMs);
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, untilHeaders.signal]) });
    if (answer.status === 200 && answer.body !== null) return opened(answer, answer.body);
    await answer.body?.cancel();
    throw refusedFile(client, answer);
  } catch (error) {
    // What fetch throws may carry the address, and with it the token.
    if (error instanceof ConnectorError) throw error;
    if (signal.aborted) throw new Stopped(`${system}: stopped by a deadline or a shutdown`, { system });
    throw new RecordFailed(`${system}: the file's host gave no answer`, { system });
  } finally {
    clearTimeout(timer);
  }
}

function addressOf({ attributes }: RemoteRecord, { filesUrl, token }: FileHosts, system: string): URL {
  const { url } = attributes;
  if (typeof url !== 'string' || !URL.canParse(url))
    throw new RecordFailed(`${system}: the attachment has no file yet`, { system });
  const address = new URL(url);
  if (address.origin !== new URL(filesUrl).origin)
    throw new Forbidden(`${system}: the file lies at a host that is not Productive's own`, { system });
  address.searchParams.set('token', token);
  return address;
}

function opened({ headers }: Response, body: OpenedFile['body']): OpenedFile {
  const length = headers.get('content-length');
  return {
    body,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    // Of a body that was packed for the way the length is another one.
    size: length !== null && /^\d{1,15}$/.test(length) && !headers.has('content-encoding') ? Number(length) : null,
  };
}

function refusedFile({ system, now }: ProductiveClient, { status, headers }: Response): ConnectorError {
  const text = (reason: string): string => `${system}: ${reason} (${status})`;
  if (status === 404 || status === 410) return new StaleVersion(text('the file is not there any more'), { system });
  if (status === 401) return new AuthFailed(text("the files' host refused the API token"), { system });
  if (status === 403) return new Forbidden(text('the file may not be read'), { system });
  if (status === 429) {
    const signs = { reset: headers.get('x-ratelimit-reset'), retryAfter: headers.get('retry-after') };
    const retryAfterMs = pauseMs({ ...signs, serverTimePeriodSeconds: null, nowMs: now() });
    return new RateLimited(text("the files' host asked for a pause"), { system, retryAfterMs });
  }
  // A redirect too: the token must not go to an address that nobody configured.
  return new RecordFailed(text("the files' host did not give the file"), { system });
}
