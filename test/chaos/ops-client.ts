/** The ops API, asked past every link. */
export interface OpsClient {
  check(key: string): Promise<number>;
  /** A person's answer to a question: which record of the other side belongs to it, or that there is none. */
  answer(key: string, partnerId: string | null): Promise<number>;
  isReady(): Promise<boolean>;
}

/** Longer than a check takes to answer. */
const timeoutMs = 40_000;

export function createOpsClient({ url, token }: { readonly url: string; readonly token: string }): OpsClient {
  const post = async (path: string, body?: object): Promise<number> => {
    const answer = await fetch(`${url}/api/v1/pairs/beteiligte/records/${path}`, {
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
    check: (key) => post(`${key}/check`),
    answer: (key, id) => post(`${key}/answer`, id === null ? { answer: 'create' } : { answer: 'link', id }),
    isReady: () =>
      fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
  };
}
