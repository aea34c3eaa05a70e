import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Attributes } from '../../../engine/values.ts';
import type { WorkedOn } from './agency.ts';

/** What a user sends. */
export interface UserRequest {
  readonly entity: WorkedOn;
  /** The row that is changed; null: a new one is made. */
  readonly rowId: string | null;
  /** Of a new comment. */
  readonly taskRowId?: string;
  readonly body: Attributes;
  /** Of whoever sends it. */
  readonly token: string;
}

/** What the portal has promised. */
export interface Receipt {
  readonly entity: WorkedOn;
  readonly rowId: string;
  readonly body: Attributes;
  /** 200: it was so already. 201: made. 202: changed. */
  readonly status: number;
}

export interface Refusal {
  readonly request: UserRequest;
  readonly status: number;
  readonly text: string;
}

/** The API was too busy, or a part of it was away. */
const isWorthRepeating = (status: number): boolean => status >= 500 || status === 429 || status === 408;

const receipt = z.object({ id: z.string() });
const timeoutMs = 10_000;
const tryAgainMs = 1_000;

/**
 * The portal's users with their browsers. Whoever gets no answer, or none that tells, sends the same request again with the
 * same Idempotency-Key until he knows.
 */
export class PortalUsers {
  readonly receipts: Receipt[] = [];
  readonly refusals: Refusal[] = [];
  readonly counts = { sent: 0, repeated: 0 };
  readonly #url: string;
  #busy = 0;

  /** @param url of the portal's API */
  constructor(url: string) {
    this.#url = url;
  }

  get isIdle(): boolean {
    return this.#busy === 0;
  }

  /** How many wait for an answer. */
  get waiting(): number {
    return this.#busy;
  }

  /** @returns the row; null: it was refused, for good */
  async send(request: UserRequest): Promise<string | null> {
    const key = randomUUID();
    this.#busy += 1;
    try {
      for (;;) {
        this.counts.sent += 1;
        const answer = await this.#sendOnce(request, key).catch(() => null);
        if (answer !== null && !isWorthRepeating(answer.status)) return this.#end(request, answer);
        this.counts.repeated += 1;
        await sleep(tryAgainMs);
      }
    } finally {
      this.#busy -= 1;
    }
  }

  #end(request: UserRequest, { status, text }: { readonly status: number; readonly text: string }): string | null {
    if (status >= 300) {
      this.refusals.push({ request, status, text });
      return null;
    }
    const { id } = receipt.parse(JSON.parse(text));
    this.receipts.push({ entity: request.entity, rowId: id, body: request.body, status });
    return id;
  }

  async #sendOnce({ entity, rowId, taskRowId, body, token }: UserRequest, key: string) {
    const created = taskRowId === undefined ? `/${entity}` : `/tasks/${taskRowId}/${entity}`;
    const answer = await fetch(`${this.#url}${rowId === null ? created : `/${entity}/${rowId}`}`, {
      method: rowId === null ? 'POST' : 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: await answer.text() };
  }
}
