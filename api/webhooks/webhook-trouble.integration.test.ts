import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { HintStore } from '../../store/hints.ts';
import type { ApiTestOptions, ApiUnderTest } from '../../test/support/api.ts';
import { takeAway } from '../../test/support/embedded.ts';
import { batch, type Registration, signature, storedIds, updatePath } from '../../test/support/espo-webhook.ts';
import { until } from '../../test/support/house.ts';
import { registration, webhookServer } from '../../test/support/webhook-server.ts';

const later: Registration = { id: 'madeLater', secret: 'key-of-a-later-webhook' };

const { api, another, post } = webhookServer();

describe('while the database is away', () => {
  test.each<[string, (there: ApiUnderTest) => Promise<void>, ApiTestOptions | undefined]>([
    ['it is closed', (there) => takeAway(there.database), undefined],
    [
      'there is none yet',
      () => Promise.resolve(),
      {
        replace: () => ({
          store: () => {
            throw new Error('not yet');
          },
        }),
      },
    ],
  ])('%s: EspoCRM is asked to come again', async (_title, goAway, options) => {
    const there = await another({ ...options });
    await goAway(there);
    const answer = await post(batch('m1'), { to: there });
    expect([answer.status, answer.body.error?.code]).toEqual([503, 'not_stored']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(there.doorbell.rung).toEqual([]);
  });

  test('it hangs: the answer still comes before EspoCRM gives up', async () => {
    class StuckInbox extends HintStore {
      override add(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const stuck = await another({
      replace: (deps, { db }) => ({ store: () => ({ ...deps.store(), hints: new StuckInbox(db) }) }),
    });
    const body = batch('m1');
    const answer = await fetch(`${stuck.url}${updatePath}`, {
      method: 'POST',
      headers: signature(body, registration),
      body,
      signal: AbortSignal.timeout(10_000),
    });
    expect(answer.status).toBe(503);
  });

  test('it is slow: what is stored after the answer is rung for all the same', async () => {
    const { promise: letGo, resolve: goOn } = Promise.withResolvers<undefined>();
    class SlowInbox extends HintStore {
      override async add(...batchOf: Parameters<HintStore['add']>): ReturnType<HintStore['add']> {
        await letGo;
        return super.add(...batchOf);
      }
    }
    const slow = await another({
      replace: (deps, { db }) => ({ store: () => ({ ...deps.store(), hints: new SlowInbox(db) }) }),
    });
    expect((await post(batch('m1'), { to: slow })).status).toBe(503);
    expect(slow.doorbell.rung).toEqual([]);
    goOn(undefined);
    await until('it is rung for', () => slow.doorbell.rung.length > 0);
    expect(slow.doorbell.rung).toMatchObject([{ recordId: 'm1' }]);
  });
});

describe('a webhook that was registered since the start', () => {
  let asked: number;
  let fetchSecrets: () => Promise<ReadonlyMap<string, string>>;
  let there: ApiUnderTest;
  beforeEach(async () => {
    asked = 0;
    fetchSecrets = () => Promise.resolve(new Map([[later.id, later.secret]]));
    there = await another({
      fetchSecrets: () => {
        asked += 1;
        return fetchSecrets();
      },
    });
  });
  const send = (registered: Registration) => {
    const body = batch('m1');
    return post(body, { to: there, headers: signature(body, registered) });
  };

  test('is verified with the key that EspoCRM gives, and the configured ones go on', async () => {
    expect((await send(later)).status).toBe(200);
    expect((await send(registration)).status).toBe(200);
    expect(asked).toBe(1);
  });

  test('many unknown ones at once ask EspoCRM once', async () => {
    const unknown = Array.from({ length: 20 }, (_, index) => send({ id: `unknown${index}`, secret: 'guessed' }));
    expect(new Set((await Promise.all(unknown)).map(({ status }) => status))).toEqual(new Set([401]));
    expect((await send(later)).status).toBe(200);
    expect(asked).toBe(1);
  });

  test('is asked to come again while EspoCRM does not give its keys', async () => {
    fetchSecrets = () => Promise.reject(new Error('EspoCRM is away'));
    expect((await send(later)).status).toBe(401);
    expect((await send(registration)).status).toBe(200);
  });
});

describe('a client that', () => {
  /** Begins a request and sends only the first bytes of its body. */
  async function begin(body: string, bytes: number): Promise<Socket> {
    const socket = connect(Number(new URL(api().url).port), '127.0.0.1');
    await once(socket, 'connect');
    const headers = Object.entries(signature(body, registration)).map(([name, value]) => `${name}: ${value}`);
    const lines = [`POST ${updatePath} HTTP/1.1`, 'host: x', `content-length: ${Buffer.byteLength(body)}`, ...headers];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body.slice(0, bytes)}`);
    return socket;
  }

  test('sends its body slowly does not hold up others, and is served when it is done', async () => {
    const body = batch('slow');
    const slow = await Promise.all(Array.from({ length: 30 }, () => begin(body, 5)));
    expect((await post(batch('quick'))).status).toBe(200);
    expect(await storedIds(api())).toEqual(['quick']);
    const answers = slow.map(async (socket) => {
      const answered = once(socket, 'data');
      socket.write(body.slice(5));
      const [data] = z.tuple([z.instanceof(Buffer)]).parse(await answered);
      socket.destroy();
      return data.toString().split('\r\n')[0];
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 200 OK']));
    expect(await storedIds(api())).toEqual(['quick', 'slow']);
  });

  test('goes away in the middle leaves nothing behind, and others are served', async () => {
    const body = batch('gone');
    for (const socket of await Promise.all(Array.from({ length: 30 }, () => begin(body, 10)))) socket.resetAndDestroy();
    expect((await post(batch('quick'))).status).toBe(200);
    expect(await storedIds(api())).toEqual(['quick']);
  });

  test('goes away without waiting for the answer: what it said is stored', async () => {
    const body = batch('impatient');
    const sent = request(`${api().url}${updatePath}`, { method: 'POST', headers: signature(body, registration) });
    sent.on('error', () => undefined);
    sent.end(body, () => sent.destroy());
    await until('it is stored', async () => (await storedIds(api())).includes('impatient'));
    await until('it is rung', () => api().doorbell.rung.length === 1);
  });
});
