import type { Payload, PayloadCodec } from '@temporalio/common';

export interface ClosedGate {
  /** Resolves when the worker has got a task that it may not carry out yet. */
  readonly reached: Promise<void>;
  open(): void;
}

/**
 * A codec that changes nothing but can hold a task back after the server has handed it out: what arrives meanwhile
 * arrives at the very moment in which the task is carried out.
 */
export class TaskGate implements PayloadCodec {
  #pass: () => Promise<void> = () => Promise.resolve();

  close(): ClosedGate {
    const reached = Promise.withResolvers<undefined>();
    const opened = Promise.withResolvers<undefined>();
    this.#pass = () => {
      reached.resolve(undefined);
      return opened.promise;
    };
    return {
      reached: reached.promise,
      open: () => {
        this.#pass = () => Promise.resolve();
        opened.resolve(undefined);
      },
    };
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads);
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    await this.#pass();
    return payloads;
  }
}
