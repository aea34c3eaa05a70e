import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Whatever may carry a secret under these names is not written. Records' values are never logged in the first place. */
const secretPaths = [
  'authorization',
  '*.authorization',
  'headers',
  '*.headers',
  'req.headers',
  'password',
  '*.password',
  'token',
  '*.token',
  'apiKey',
  '*.apiKey',
];

/** JSON lines on standard output. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, redact: { paths: secretPaths, censor: '[secret]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
