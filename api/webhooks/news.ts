import type { ShownState } from '../../connectors/webhook-source.ts';
import { compareRow, type KnownLink } from '../../engine/compare-row.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import type { EchoStore } from '../../store/echoes.ts';
import type { Hint } from '../../store/record-refs.ts';
import type { SightingStore } from '../../store/sightings.ts';

/** A record that may have changed, and what the webhook showed of it. */
export interface Announced extends Hint {
  readonly shown: ShownState | null;
}

/** Tells the echo of our own write, which costs no look, from whatever else webhooks say. */
export interface News {
  /** What has to be looked at. @throws what the store throws */
  among(announced: readonly Announced[]): Promise<readonly Hint[]>;
}

export interface NewsOptions {
  readonly pairs: readonly PairDefinition[];
  readonly store: () => {
    readonly sightings: Pick<SightingStore, 'linksOf'>;
    readonly echoes: Pick<EchoStore, 'take'>;
  };
  readonly now: () => Date;
}

/**
 * An echo is the first webhook after our own write that shows the version which that write led to, and no value that is not
 * known. Whether every edit moves a version is not known of every system, so anything that comes after it is looked at: of
 * an edit that looks the same there are two webhooks, and one of them counts.
 */
export function createNews({ pairs, store, now }: NewsOptions): News {
  const isEcho = async ({ pair: name, side, recordId, shown }: Announced): Promise<boolean> => {
    const pair = pairs.find((one) => one.name === name);
    if (pair === undefined || side !== 'master' || shown === null || shown.version === null) return false;
    const { sightings, echoes } = store();
    const link = (await sightings.linksOf(name, side, [recordId])).get(recordId);
    if (link === undefined || saysMore(pair, { recordId, shown }, link)) return false;
    return echoes.take({ pair: name, recordId, version: shown.version }, now());
  };
  return {
    among: async (announced) => {
      const areEchoes = await Promise.all(announced.map(isEcho));
      return announced.filter((_, index) => areEchoes[index] !== true).map(({ shown: _, ...hint }) => hint);
    },
  };
}

/**
 * As a row of a list is compared. What is not shown, and what points to other records, which are known by other names here,
 * counts as known where the version does.
 */
function saysMore(
  pair: PairDefinition,
  { recordId, shown }: { readonly recordId: string; readonly shown: ShownState },
  link: KnownLink,
): boolean {
  const references = new Set(
    pair.fields.filter(({ codec }) => codec.target !== undefined).map(({ attribute }) => attribute.master),
  );
  const showsLess = (attribute: string, value: unknown): boolean => value === undefined || references.has(attribute);
  return compareRow({ pair, side: 'master', row: { id: recordId, ...shown }, link, showsLess }) !== 'same';
}
