/** Ends a command with its message and an exit code: 1, or 3 when the answer is still to come. */
export class CommandFailed extends Error {
  readonly code = 'command_failed';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CommandFailed';
    this.exitCode = exitCode;
  }
}

/** Nobody answers where the service should be, or it has not what it needs: it may be starting anew. */
export class ServiceNotThere extends CommandFailed {}
