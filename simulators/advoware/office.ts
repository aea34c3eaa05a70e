import { newRowId, type PartyRegister } from './party-register.ts';
import type { AdvowareFields, AdvowareRecord } from './record.ts';

/** What a lawyer at the firm does in Advoware itself: nothing is ignored, cut or validated. */
export type Office = {
  /** Values that aren't given are filled in the way a secretary would, so that losing them shows. */
  create(fields?: Partial<AdvowareFields>): AdvowareRecord;
  /** Always a new `rowId`. Throws `UnknownParty`. */
  update(betNr: number, fields: Partial<AdvowareFields>): AdvowareRecord;
  /** Throws `UnknownParty`. */
  remove(betNr: number): void;
  record(betNr: number): AdvowareRecord | undefined;
  records(): AdvowareRecord[];
};

const lawyer = 'RA';

export function openOffice(register: PartyRegister): Office {
  let nextRowKey = 1;
  const usualEntries = (): Partial<AdvowareFields> => ({
    name: 'Mustermann',
    bemerkung: 'Nur nachmittags anrufen',
    aktenzeichenIntern: `${nextRowKey}/26`,
    kommunikation: [
      { id: nextRowKey++, rowId: newRowId(), tlf: '0221 4710', bemerkung: 'Kanzlei', kommKz: 1, online: false },
    ],
    adressen: [{ id: nextRowKey++, rowId: newRowId(), strasse: 'Domstraße 1', plz: '50668', ort: 'Köln', land: 'DE' }],
  });
  return {
    create: (fields = {}) => register.insert({ ...usualEntries(), ...fields }, lawyer),
    update: (betNr, fields) => register.change(betNr, fields),
    remove: (betNr) => {
      register.remove(betNr);
    },
    record: (betNr) => register.find(betNr),
    records: () => register.all(),
  };
}
