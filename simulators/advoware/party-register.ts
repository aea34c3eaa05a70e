import { randomBytes } from 'node:crypto';
import { emptyFields, type AdvowareFields, type AdvowareRecord } from './record.ts';

/** Somebody at the firm named a party that the register doesn't hold. */
export class UnknownParty extends Error {
  readonly code = 'ADVOWARE_SIMULATOR_UNKNOWN_PARTY';
  constructor(betNr: number) {
    super(`There is no party ${betNr}`);
  }
}

const firstBetNr = 104_860;

/** The firm's database of parties. Everything handed out is a copy. */
export class PartyRegister {
  readonly #parties = new Map<number, AdvowareRecord>();
  readonly #localTime: () => string;
  readonly #onSave: (betNr: number, party: AdvowareRecord | null) => void;
  #nextBetNr = firstBetNr;

  /** @param localTime the office's wall clock, written without offset */
  constructor(localTime: () => string, onSave: (betNr: number, party: AdvowareRecord | null) => void) {
    this.#localTime = localTime;
    this.#onSave = onSave;
  }

  insert(fields: Partial<AdvowareFields>, author: string): AdvowareRecord {
    const now = this.#localTime();
    const betNr = this.#nextBetNr++;
    const serverSide = { betNr, rowId: newRowId(), geaendertAm: now, angelegtAm: now, angelegtVon: author };
    return this.#store({ ...emptyFields(), ...fields, ...serverSide });
  }

  /** Sets the given fields. Every call is a new version, also one that changes no value. */
  change(betNr: number, fields: Partial<AdvowareFields>): AdvowareRecord {
    const current = this.#parties.get(betNr);
    if (!current) throw new UnknownParty(betNr);
    return this.#store({ ...current, ...fields, rowId: newRowId(), geaendertAm: this.#localTime() });
  }

  remove(betNr: number): void {
    if (!this.#parties.delete(betNr)) throw new UnknownParty(betNr);
    this.#onSave(betNr, null);
  }

  find(betNr: number): AdvowareRecord | undefined {
    return structuredClone(this.#parties.get(betNr));
  }

  matching(isWanted: (party: AdvowareRecord) => boolean): AdvowareRecord[] {
    return structuredClone([...this.#parties.values()].filter(isWanted));
  }

  all(): AdvowareRecord[] {
    return structuredClone([...this.#parties.values()]);
  }

  #store(party: AdvowareRecord): AdvowareRecord {
    this.#parties.set(party.betNr, structuredClone(party));
    this.#onSave(party.betNr, structuredClone(party));
    return structuredClone(party);
  }
}

/** A version token: base64 of random bytes, so that nobody can find an order in it. */
export function newRowId(): string {
  return randomBytes(12).toString('base64');
}
