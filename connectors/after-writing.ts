import { AmbiguousWrite, ConnectorError } from './errors.ts';

/**
 * A look at what a write has left behind. Whatever becomes of it, the write itself was accepted: its failure must not
 * look like a refusal or like something that was never sent.
 */
export async function afterWriting<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new AmbiguousWrite(`${error.message} (after a write that was accepted)`, {
      system: error.system,
      settleMs: 0,
    });
  }
}
