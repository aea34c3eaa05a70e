import { Misconfigured } from '../connectors/errors.ts';
import type { Side } from '../engine/values.ts';
import type { Pass } from './pass.ts';

/** So many other records are tried before the system itself is doubted. */
const mostWitnesses = 5;
const fewestForDoubt = 3;

/**
 * Whether "it does not exist" may be believed: some other record that we know of that side can be read at this moment.
 * A wrong path or a lost permission makes all of them vanish at once.
 * @throws Misconfigured if several other records have vanished too
 */
export async function isDeletionProven(pass: Pass, side: Side): Promise<boolean> {
  const { deps, pair, link } = pass;
  const connector = pass.connector(side);
  const witnesses = await deps.links.witnesses(pair.name, side, link.id, mostWitnesses);
  for (const id of witnesses) {
    const result = await connector.read(pass.entity(side), id, pass.context);
    if (result.kind === 'found') return true;
  }
  if (witnesses.length < fewestForDoubt) return false;
  const { system } = connector;
  const count = witnesses.length + 1;
  const advice = 'check its path and what the user may read, then resume the pair';
  throw new Misconfigured(`${system} says of ${count} records, some taken at random, that none exists: ${advice}`, {
    system,
  });
}
