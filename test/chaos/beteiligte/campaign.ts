import type { Attributes, Side } from '../../../engine/values.ts';
import type { Dice } from '../dice.ts';
import { nameOf } from '../links.ts';
import { keepPace } from '../pace.ts';
import { type Subject, Subjects } from '../subjects.ts';
import type { People, StaffOptions } from '../systems.ts';
import { entity, type Offices, pair } from './offices.ts';
import { contested, edited, newRecord } from './typing.ts';

export interface CampaignOptions extends StaffOptions {
  readonly offices: Offices;
}

export interface CampaignDice {
  readonly ofCampaign: Dice;
  /** Of its own, since how often it is asked depends on how fast the product is. */
  readonly meanwhile: Dice;
}

const bornAtFirm = 0.2;
const meanwhileShare = 0.03;
/** By then Tandem knows of every record that it has made itself: who deletes one that it never heard of gets it again. */
const establishedAfterMs = 30_000;

/** People at work in both systems. */
export class Campaign implements People {
  readonly #subjects = new Subjects();
  readonly #options: CampaignOptions;
  readonly #dice: Dice;
  readonly #meanwhileDice: Dice;
  #edits = 0;
  #isPlaying = false;

  constructor(options: CampaignOptions, dice: CampaignDice) {
    this.#options = options;
    this.#dice = dice.ofCampaign;
    this.#meanwhileDice = dice.meanwhile;
    options.offices.journal.onEntry(({ author, side, id, kind, changes }) => {
      if (side === 'master' && kind !== 'delete') this.#see(id, changes[pair.status?.replicaId ?? '']?.after);
      if (this.#isPlaying && author === 'tandem' && this.#meanwhileDice.happens(meanwhileShare))
        this.#editMeanwhile(side, id);
    });
  }

  get records(): number {
    return this.#subjects.all.length;
  }

  get edits(): number {
    return this.#edits;
  }

  async play(): Promise<void> {
    this.#isPlaying = true;
    await keepPace(this.#options, {
      arrive: () => {
        this.#create(this.#subjects.next(), this.#dice.happens(bornAtFirm) ? 'replica' : 'master');
      },
      act: () => {
        this.#doSomething();
      },
    });
    this.#isPlaying = false;
  }

  /** EspoCRM shows the partner's number as soon as it is known. */
  #see(crmId: string, betNr: unknown): void {
    if (typeof betNr === 'string') this.#subjects.areCouple({ master: crmId, replica: betNr });
  }

  #create(subject: Subject, side: Side): void {
    const { crm, firm, journal } = this.#options.offices;
    const values = newRecord(this.#dice, { side, subject: subject.number, edit: this.#nextEdit() });
    journal.byPerson(() => {
      const id = side === 'master' ? crm.create(entity, values).id : String(firm.create(values).betNr);
      this.#subjects.isAt(subject, side, id);
    });
    if (side === 'replica') this.#heardAtFirm(subject);
  }

  #doSomething(): void {
    const dice = this.#dice;
    const subject = this.#someone();
    if (subject === undefined) return;
    const kind = dice.fraction();
    if (kind < 0.4) this.#edit(subject, 'master');
    else if (kind < 0.65) this.#edit(subject, 'replica');
    else if (kind < 0.8) this.#contest(subject);
    else if (kind < 0.9) for (const side of ['master', 'replica'] as const) this.#edit(subject, side);
    else if (kind < 0.98) for (let times = 0; times < 3; times += 1) this.#edit(subject, 'master');
    else this.#delete(subject);
  }

  /** Newcomers are busy too, so that edits fall into creations. */
  #someone(): Subject | undefined {
    const dice = this.#dice;
    const here = this.#subjects.all.filter(({ isGone }) => !isGone);
    const newest = here.slice(-20);
    if (here.length === 0) return undefined;
    return dice.pick(dice.happens(0.3) ? newest : here);
  }

  #edit(subject: Subject, side: Side, dice = this.#dice): void {
    if (!this.#isVisible(subject, side)) return;
    this.#save(subject, side, edited(dice, { side, subject: subject.number, edit: this.#nextEdit() }));
  }

  #contest(subject: Subject): void {
    if (!this.#isVisible(subject, 'master') || !this.#isVisible(subject, 'replica')) return;
    const edits = { master: this.#nextEdit(), replica: this.#nextEdit() };
    const values = contested(this.#dice, subject.number, edits);
    for (const side of this.#dice.shuffled(['master', 'replica'] as const)) {
      this.#save(subject, side, values[side]);
    }
  }

  #save(subject: Subject, side: Side, values: Attributes): void {
    const { crm, firm, journal } = this.#options.offices;
    journal.byPerson(() => {
      if (side === 'master') crm.update(entity, subject.ids.master ?? '', values);
      else firm.update(Number(subject.ids.replica), values);
    });
    if (side === 'replica') this.#heardAtFirm(subject);
  }

  #delete(subject: Subject): void {
    const { crm, firm, journal } = this.#options.offices;
    const { master, replica } = subject.ids;
    if (master === null || replica === null || !Subjects.isEstablished(subject, establishedAfterMs)) return;
    subject.isGone = true;
    this.#edits += 1;
    const isInCrm = this.#dice.happens(0.5);
    journal.byPerson(() => {
      if (isInCrm) crm.remove(entity, master);
      else firm.remove(Number(replica));
    });
    if (!isInCrm) this.#heardAtFirm(subject);
  }

  /** While Tandem is busy with a record somebody edits that very record. */
  #editMeanwhile(side: Side, id: string): void {
    setImmediate(() => {
      const subject = this.#subjects.ofRecord(side, id);
      if (subject === undefined || subject.isGone) return;
      this.#edit(subject, this.#meanwhileDice.pick(['master', 'replica']), this.#meanwhileDice);
    });
  }

  /**
   * A lawyer edits a party whose number EspoCRM already shows, or which was made in Advoware: one that Tandem has just
   * made and not heard of yet could not be found again under another name.
   */
  #isVisible({ ids }: Subject, side: Side): boolean {
    return ids[side] !== null;
  }

  /** Advoware tells nobody: an administrator asks for a look. */
  #heardAtFirm({ ids }: Subject): void {
    this.#options.desk.check(nameOf(pair.name, ids.master ?? `replica:${ids.replica ?? ''}`));
  }

  #nextEdit(): number {
    this.#edits += 1;
    return this.#edits;
  }
}
