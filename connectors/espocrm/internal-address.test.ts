import { expect, test } from '@jest/globals';
import { isInternalAddress } from './internal-address.ts';

test.each([
  ['http://127.0.0.1:8080', true],
  ['http://10.1.2.3', true],
  ['http://172.31.0.1', true],
  ['http://172.32.0.1', false],
  ['https://192.168.178.20:8443', true],
  ['http://[::1]:8080', true],
  ['http://[fd00::1]', true],
  ['http://[2001:db8::1]', false],
  ['http://tandem:8080', true],
  ['http://localhost', true],
  ['https://sync.lan:8443', true],
  ['https://sync.example.com', false],
  ['https://203.0.113.7', false],
])('%s is an internal address: %s', (url, expected) => {
  expect(isInternalAddress(url)).toBe(expected);
});
