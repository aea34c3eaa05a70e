/** Times as the API writes them: with milliseconds and an offset. All of one organization have the same offset. */
export class ProductiveTime {
  readonly #offsetMs: number;
  readonly #suffix: string;

  /** @param offset such as `+02:00` */
  constructor(offset: string) {
    const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
    this.#offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    this.#suffix = offset;
  }

  text(at: Date): string {
    return new Date(at.getTime() + this.#offsetMs).toISOString().replace('Z', this.#suffix);
  }

  /** As `text`, of any time that people and clients write; null for what is none. `dd-mm-yyyy` is a day too. */
  parsed(written: string): string | null {
    const day = dayOf(written);
    if (day !== null) return `${day}T00:00:00.000${this.#suffix}`;
    const at = Date.parse(written);
    return Number.isNaN(at) ? null : this.text(new Date(at));
  }
}

/** `yyyy-mm-dd` of a text that is just a day, else null. */
export function dayOf(written: string): string | null {
  const turned = /^(\d\d)-(\d\d)-(\d{4})$/.exec(written);
  const day = turned === null ? written : `${turned[3]}-${turned[2]}-${turned[1]}`;
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
}
