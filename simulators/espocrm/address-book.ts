/**
 * The e-mail addresses of one instance. Records share them, so an address keeps the spelling in which it was first
 * entered, whatever a later request says (observed: upper case for an address that is known in lower case).
 */
export class AddressBook {
  readonly #spellings = new Map<string, string>();

  /** The values as they are stored; one without an e-mail address is left alone. */
  asStored(accepted: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { emailAddress } = accepted;
    if (typeof emailAddress !== 'string') return { ...accepted };
    const lower = emailAddress.toLowerCase();
    const known = this.#spellings.get(lower) ?? emailAddress;
    this.#spellings.set(lower, known);
    return { ...accepted, emailAddress: known };
  }
}
