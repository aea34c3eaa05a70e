/** No way to a Temporal server worked. The message says what was tried and what the reader can do. */
export class TemporalServerUnavailable extends Error {
  readonly code = 'TEMPORAL_SERVER_UNAVAILABLE';
  override readonly name = 'TemporalServerUnavailable';

  constructor(tried: readonly string[]) {
    super(
      [
        'No Temporal server could be had.',
        ...tried.map((attempt) => `  tried: ${attempt}`),
        'Any one of these three is enough:',
        '  1. set TEMPORAL_ADDRESS=host:port to a server that is already running',
        '  2. put the Temporal CLI, command name "temporal", on the PATH (https://docs.temporal.io/cli)',
        '  3. install Go, which lets this command build the CLI by itself (5 to 8 minutes, once)',
      ].join('\n'),
    );
  }
}

/** The dev server ended although nobody stopped it, or never became healthy. */
export class TemporalServerFailed extends Error {
  readonly code = 'TEMPORAL_SERVER_FAILED';
  override readonly name = 'TemporalServerFailed';

  constructor(reason: string, lastLines: readonly string[]) {
    super([`Temporal dev server: ${reason}`, ...lastLines.map((line) => `  ${line}`)].join('\n'));
  }
}
