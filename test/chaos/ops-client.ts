import { partsOf } from './links.ts';

/** The ops API, asked past every link. Records go by their names among those of all pairs. */
export interface OpsClient {
  check(name: string): Promise<number>;
  /** A person's answer to a question: which record of the other side belongs to it, or that there is none. */
  answer(name: string, partnerId: string | null): Promise<number>;
  isReady(): Promise<boolean>;
}

/** Longer than a check takes to answer. */
const timeoutMs = 40_000;

export function createOpsClient({ url, token }: { readonly url: string; readonly token: string }): OpsClient {
  const post = async (name: string, path: string, body?: object): Promise<number> => {
    const [pair, key] = partsOf(name);
    const answer = await fetch(`${url}/api/v1/pairs/${pair}/records/${key}/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  return {
    check: (name) => post(name, 'check'),
    answer: (name, id) => post(name, 'answer', id === null ? { answer: 'create' } : { answer: 'link', id }),
    isReady: () =>
      fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
  };
}
