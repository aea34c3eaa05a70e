import { setTimeout as sleep } from 'node:timers/promises';
import type { Attributes, Side } from '../../engine/values.ts';
import type { Desk } from './desk.ts';
import type { Dice } from './dice.ts';
import type { ChaosSettings } from './settings.ts';
import { type Subject, Subjects } from './subjects.ts';
import { entity, type Systems } from './systems.ts';
import { contested, edited, newRecord } from './typing.ts';

export interface CampaignOptions {
  readonly systems: Systems;
  readonly settings: ChaosSettings;
  readonly dice: Dice;
  readonly desk: Desk;
  readonly durationMs: number;
  /** People go slower while more records than that wait. */
  readonly isTooMuch: () => boolean;
}

const tickMs = 100;
const mostPerTick = 1;
/** Share of the time after which everybody is there. */
const arrivalsEndAt = 0.6;
const bornAtFirm = 0.2;
const meanwhileShare = 0.03;
/** By then Tandem knows of every record that it has made itself: who deletes one that it never heard of gets it again. */
const establishedAfterMs = 30_000;

/** People at work in both systems. */
export class Campaign {
  readonly subjects: Subjects;
  readonly #options: CampaignOptions;
  /** Of its own, since how often it is asked depends on how fast the product is. */
  readonly #meanwhileDice: Dice;
  #edits = 0;
  #isPlaying = false;
  #arrivals = 0;

  constructor(options: CampaignOptions, meanwhileDice: Dice) {
    this.#options = options;
    this.#meanwhileDice = meanwhileDice;
    this.subjects = new Subjects(options.systems.journal);
    options.systems.journal.onEntry(({ author, side, id }) => {
      if (this.#isPlaying && author === 'tandem' && this.#meanwhileDice.happens(meanwhileShare))
        this.#editMeanwhile(side, id);
    });
  }

  /** Creations and edits so far, each of them one save. */
  get edits(): number {
    return this.#edits;
  }

  /** Spreads all arrivals and edits over the time, and takes longer if it has to wait. */
  async play(): Promise<void> {
    const { settings, durationMs, isTooMuch } = this.#options;
    const startedAt = Date.now();
    let occasions = 0;
    this.#isPlaying = true;
    for (;;) {
      const passed = (Date.now() - startedAt) / durationMs;
      const arrivalsDue = Math.min(settings.records, Math.ceil((settings.records * passed) / arrivalsEndAt));
      const occasionsDue = Math.min(settings.edits, Math.ceil(settings.edits * passed));
      // Whoever had to wait goes on at a person's pace: a thousand edits in one moment are an import.
      for (let done = 0; done < mostPerTick && this.#arrivals < arrivalsDue && !isTooMuch(); done += 1) this.#arrive();
      for (let done = 0; done < mostPerTick && occasions < occasionsDue && !isTooMuch(); done += 1) {
        occasions += 1;
        this.#doSomething();
      }
      const isDone = this.#arrivals === settings.records && occasions === settings.edits;
      if (passed >= 1 && isDone) break;
      await sleep(tickMs);
    }
    this.#isPlaying = false;
  }

  #arrive(): void {
    this.#arrivals += 1;
    const subject = this.subjects.next();
    this.#create(subject, this.#options.dice.happens(bornAtFirm) ? 'replica' : 'master');
  }

  #create(subject: Subject, side: Side): void {
    const { dice, systems } = this.#options;
    const values = newRecord(dice, { side, subject: subject.number, edit: this.#nextEdit() });
    systems.journal.byPerson(() => {
      if (side === 'master') this.subjects.isInCrm(subject, systems.crm.create(entity, values).id);
      else this.subjects.isAtFirm(subject, String(systems.firm.create(values).betNr));
    });
    if (side === 'replica') this.#heardAtFirm(subject);
  }

  #doSomething(): void {
    const { dice } = this.#options;
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
    const { dice } = this.#options;
    const here = this.subjects.all.filter(({ isGone }) => !isGone);
    const newest = here.slice(-20);
    if (here.length === 0) return undefined;
    return dice.pick(dice.happens(0.3) ? newest : here);
  }

  #edit(subject: Subject, side: Side, dice = this.#options.dice): void {
    if (!this.#isVisible(subject, side)) return;
    this.#save(subject, side, edited(dice, { side, subject: subject.number, edit: this.#nextEdit() }));
  }

  #contest(subject: Subject): void {
    if (!this.#isVisible(subject, 'master') || !this.#isVisible(subject, 'replica')) return;
    const edits = { master: this.#nextEdit(), replica: this.#nextEdit() };
    const values = contested(this.#options.dice, subject.number, edits);
    for (const side of this.#options.dice.shuffled(['master', 'replica'] as const)) {
      this.#save(subject, side, values[side]);
    }
  }

  #save(subject: Subject, side: Side, values: Attributes): void {
    const { crm, firm, journal } = this.#options.systems;
    journal.byPerson(() => {
      if (side === 'master') crm.update(entity, subject.crmId ?? '', values);
      else firm.update(Number(subject.betNr), values);
    });
    if (side === 'replica') this.#heardAtFirm(subject);
  }

  #delete(subject: Subject): void {
    const { systems, dice } = this.#options;
    const { crmId, betNr, coupleSinceMs } = subject;
    const isEstablished = coupleSinceMs > 0 && Date.now() - coupleSinceMs > establishedAfterMs;
    if (crmId === null || betNr === null || !isEstablished) return;
    subject.isGone = true;
    this.#edits += 1;
    const isInCrm = dice.happens(0.5);
    systems.journal.byPerson(() => {
      if (isInCrm) systems.crm.remove(entity, crmId);
      else systems.firm.remove(Number(betNr));
    });
    if (!isInCrm) this.#heardAtFirm(subject);
  }

  /** While Tandem is busy with a record somebody edits that very record. */
  #editMeanwhile(side: Side, id: string): void {
    setImmediate(() => {
      const subject = this.subjects.ofRecord(side, id);
      if (subject === undefined || subject.isGone) return;
      this.#edit(subject, this.#meanwhileDice.pick(['master', 'replica']), this.#meanwhileDice);
    });
  }

  /**
   * A lawyer edits a party whose number EspoCRM already shows, or which was made in Advoware: one that Tandem has just
   * made and not heard of yet could not be found again under another name.
   */
  #isVisible({ crmId, betNr }: Subject, side: Side): boolean {
    return side === 'master' ? crmId !== null : betNr !== null;
  }

  /** Advoware tells nobody: an administrator asks for a look. */
  #heardAtFirm({ betNr, crmId }: Subject): void {
    this.#options.desk.check(crmId ?? `replica:${betNr ?? ''}`);
  }

  #nextEdit(): number {
    this.#edits += 1;
    return this.#edits;
  }
}
