import { statusAttributeNames } from '../../../engine/pair.ts';
import { type Attributes, type Json, type Side } from '../../../engine/values.ts';
import { beteiligte, ignoredByAdvoware } from '../../../mappers/beteiligte.ts';
import { type Advoware, startAdvoware } from '../../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../../../simulators/espocrm/start-espocrm.ts';
import { Journal } from '../journal.ts';
import type { ChaosSettings } from '../settings.ts';

export const pair = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
/** Where people's numbers stand. */
export const traceField = 'lastName';
export const entity = 'CBeteiligte';
/** By which properties parties can be searched, where they can be searched at all. */
export const searchable = ['name', 'vorname'];

/** Both systems, and everything that was ever saved in them. */
export interface Offices {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
  readonly journal: Journal;
  /** Of records that exist, by their ids. */
  shown(side: Side): ReadonlyMap<string, Attributes>;
}

export async function startOffices(
  ports: { readonly crm: number; readonly firm: number },
  settings: ChaosSettings,
): Promise<Offices> {
  const mapped = (side: Side): string[] => pair.fields.map(({ attribute }) => attribute[side]);
  const journal = new Journal({
    master: [...mapped('master'), ...statusAttributeNames(pair)],
    replica: mapped('replica'),
  });
  const crm: EspoCrm = await startEspoCrm({
    port: ports.crm,
    faultSeed: settings.seed,
    onSave: ({ id, kind }) => {
      const now = kind === 'delete' ? null : attributesOf(crm.record(entity, id) ?? {});
      journal.record({ side: 'master', id, now });
    },
  });
  const firm: Advoware = await startAdvoware({
    port: ports.firm,
    faultSeed: settings.seed + 1,
    search: settings.canBeSearched ? searchable : [],
    checkRowId: settings.checksRowId,
    onSave: (betNr, party) => {
      const now = party === null ? null : attributesOf(party);
      journal.record({ side: 'replica', id: String(betNr), now });
    },
  });
  return { crm, firm, journal, shown: (side) => (side === 'master' ? livingIn(crm) : partiesOf(firm)) };
}

const livingIn = (crm: EspoCrm): ReadonlyMap<string, Attributes> =>
  new Map(
    crm
      .records(entity)
      .filter(({ deleted }) => !deleted)
      .map((record) => [record.id, attributesOf(record)]),
  );

const partiesOf = (firm: Advoware): ReadonlyMap<string, Attributes> =>
  new Map(firm.records().map((party) => [String(party.betNr), attributesOf(party)]));

/** Only what a field can be mapped to. */
const attributesOf = (record: object): Attributes =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, Json] => isPlain(entry[1])));

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
