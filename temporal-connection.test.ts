import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lazyConnection } from './temporal-connection.ts';

const uncaught: Error[] = [];
const note = (error: Error): void => {
  uncaught.push(error);
};
const hangingUp = createServer((socket) => socket.destroy());
beforeAll(async () => {
  process.on('uncaughtException', note);
  hangingUp.listen(0, '127.0.0.1');
  await once(hangingUp, 'listening');
});
afterAll(() => {
  process.off('uncaughtException', note);
  hangingUp.close();
});

test('a call that waits to be repeated ends with the connection, and with an error that can be caught', async () => {
  const connection = lazyConnection(`127.0.0.1:${(hangingUp.address() as AddressInfo).port}`);
  const refused = once(hangingUp, 'connection');
  const call = connection.withDeadline(Date.now() + 20_000, () => connection.workflowService.getSystemInfo({}));
  await refused;
  await connection.close();
  await expect(call).rejects.toMatchObject({ code: 1, details: 'The connection was closed' });
  expect(uncaught).toEqual([]);
});
