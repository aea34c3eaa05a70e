import { setTimeout as sleep } from 'node:timers/promises';
import { otherSide, type Side, sides } from '../../../engine/values.ts';
import type { Dice } from '../dice.ts';
import { nameOf } from '../links.ts';
import { keepPace } from '../pace.ts';
import { type Subject, Subjects } from '../subjects.ts';
import type { People, StaffOptions } from '../systems.ts';
import { type Agency, type WorkedOn, workedOn } from './agency.ts';
import { Shelves } from './shelves.ts';
import { commentText, Typist, type Values } from './typing.ts';
import type { Office } from './office.ts';

export interface CampaignOptions extends StaffOptions {
  readonly agency: Agency;
  readonly office: Office;
}

export interface CampaignDice {
  readonly ofCampaign: Dice;
  /** Of its own, since how often it is asked depends on how fast the product is. */
  readonly meanwhile: Dice;
}

const commentShare = 0.3;
const bornInPortal = 0.4;
const meanwhileShare = 0.06;
/** Who deletes what Tandem has just made, and not heard of, gets it again. */
const establishedAfterMs = 20_000;
/** Tandem holds back more than ten deletions of a pair within an hour. */
const mostDeleted: Readonly<Record<WorkedOn, number>> = { tasks: 6, comments: 7 };
const inBinMs = [3_000, 12_000] as const;
const lookEveryMs = 500;

/** People at work in Productive and in the portal. */
export class Campaign implements People {
  readonly #shelves = new Shelves();
  readonly #options: CampaignOptions;
  readonly #dice: Dice;
  readonly #meanwhileDice: Dice;
  readonly #typist: Typist;
  readonly #deleted: Record<WorkedOn, number> = { tasks: 0, comments: 0 };
  readonly #returns: Promise<void>[] = [];
  #edits = 0;
  #isPlaying = false;

  constructor(options: CampaignOptions, dice: CampaignDice) {
    this.#options = options;
    this.#dice = dice.ofCampaign;
    this.#meanwhileDice = dice.meanwhile;
    this.#typist = new Typist(options.agency);
    options.agency.onSave(({ entity, id, by, now }) => {
      const isBusy = this.#isPlaying && by === 'tandem' && now !== null;
      if (isBusy && this.#meanwhileDice.happens(meanwhileShare)) this.#editMeanwhile(entity, id);
    });
  }

  get records(): number {
    return this.#shelves.tasks.all.length + this.#shelves.comments.all.length;
  }

  get edits(): number {
    return this.#edits;
  }

  async play(): Promise<void> {
    this.#isPlaying = true;
    const looking = this.#keepLooking();
    await keepPace(this.#options, {
      arrive: () => {
        this.#arrive();
      },
      act: () => {
        this.#doSomething();
      },
    });
    await Promise.all(this.#returns);
    this.#isPlaying = false;
    await looking;
    while (!this.#options.office.users.isIdle) await sleep(lookEveryMs);
  }

  /** People see in the portal which record of Productive a row is. */
  async #keepLooking(): Promise<void> {
    const { rows } = this.#options.office;
    while (this.#isPlaying) {
      for (const entity of workedOn) {
        // The database is away now and then.
        const couples = await rows.couples(entity).catch(() => []);
        for (const { rowId, productiveId } of couples) {
          this.#shelves[entity].areCouple({ master: productiveId, replica: rowId });
        }
      }
      await sleep(lookEveryMs);
    }
  }

  #arrive(): void {
    const side = this.#dice.happens(bornInPortal) ? 'replica' : 'master';
    const task = this.#dice.happens(commentShare) ? this.#someone('tasks', side) : undefined;
    if (task !== undefined) {
      this.#comment(task, side);
      return;
    }
    const project = this.#dice.pick(this.#options.agency.projects);
    const subject = this.#shelves.nextTask(project);
    const values = this.#typist.newTask(this.#dice, project, { subject: subject.number, edit: this.#nextEdit() });
    this.#create('tasks', subject, side, { ...values, project: project.id });
  }

  #comment(task: Subject, side: Side): void {
    const subject = this.#shelves.nextComment(task);
    const values = commentText({ subject: subject.number, edit: this.#nextEdit() });
    this.#create('comments', subject, side, { ...values, task: task.ids[side] });
  }

  #create(entity: WorkedOn, subject: Subject, side: Side, values: Values): void {
    if (side === 'master') {
      this.#shelves[entity].isAt(subject, 'master', this.#options.office.createInProductive(entity, values));
      return;
    }
    void this.#options.office.createInPortal(entity, values).then((rowId) => {
      if (rowId !== null) this.#shelves[entity].isAt(subject, 'replica', rowId);
    });
  }

  #doSomething(): void {
    const kind = this.#dice.fraction();
    if (kind < 0.28) this.#editSome('tasks', 'master');
    else if (kind < 0.52) this.#editSome('tasks', 'replica');
    else if (kind < 0.65) this.#contest();
    else if (kind < 0.74) for (const side of sides) this.#editSome('tasks', side);
    else if (kind < 0.8) this.#burst();
    else if (kind < 0.94) this.#editSome('comments', this.#dice.pick(sides));
    else if (kind < 0.97) this.#deleteTask();
    else this.#deleteComment();
  }

  /** Newcomers are busy too, so that edits fall into creations. */
  #someone(entity: WorkedOn, side: Side): Subject | undefined {
    const here = this.#shelves[entity].all.filter((one) => !one.isGone && one.ids[side] !== null);
    if (here.length === 0) return undefined;
    return this.#dice.pick(this.#dice.happens(0.3) ? here.slice(-15) : here);
  }

  #editSome(entity: WorkedOn, side: Side): void {
    const subject = this.#someone(entity, side);
    if (subject !== undefined) this.#edit(entity, subject, side, this.#dice);
  }

  #edit(entity: WorkedOn, subject: Subject, side: Side, dice: Dice): void {
    const typing = { subject: subject.number, edit: this.#nextEdit() };
    const isTask = entity === 'tasks';
    const values = isTask
      ? this.#typist.editedTask(dice, this.#shelves.projectOf(subject), typing)
      : commentText(typing);
    this.#save(entity, subject, side, values);
  }

  #contest(): void {
    const task = this.#someone('tasks', 'replica');
    if (task?.ids.master == null) return;
    const edits = { master: this.#nextEdit(), replica: this.#nextEdit() };
    const project = this.#shelves.projectOf(task);
    const values = this.#typist.contestedTask(this.#dice, project, task.number, edits);
    for (const side of this.#dice.shuffled(sides)) this.#save('tasks', task, side, values[side]);
  }

  #burst(): void {
    const side = this.#dice.pick(sides);
    const task = this.#someone('tasks', side);
    if (task === undefined) return;
    for (let times = 0; times < 3; times += 1) this.#edit('tasks', task, side, this.#dice);
  }

  #save(entity: WorkedOn, subject: Subject, side: Side, values: Values): void {
    const { office } = this.#options;
    const id = subject.ids[side];
    if (id === null) return;
    if (side === 'master') office.updateInProductive(entity, id, values);
    else void office.updateInPortal(entity, id, values);
  }

  #deleteTask(): void {
    const task = this.#someone('tasks', 'master');
    const id = task?.ids.master ?? null;
    if (task === undefined || id === null || !Subjects.isEstablished(task, establishedAfterMs)) return;
    const below = this.#shelves.commentsOf(task).filter(({ isGone }) => !isGone);
    if (!this.#mayDelete('tasks', 1) || !this.#mayDelete('comments', below.length)) return;
    this.#edits += 1;
    for (const gone of [task, ...below]) gone.isGone = true;
    this.#options.agency.remove('tasks', id);
    this.#lookBelow(id);
    if (this.#dice.happens(0.5)) this.#returns.push(this.#recover(task, below, this.#dice.between(...inBinMs)));
  }

  async #recover(task: Subject, below: readonly Subject[], afterMs: number): Promise<void> {
    const id = task.ids.master ?? '';
    await sleep(afterMs);
    this.#edits += 1;
    this.#options.agency.recover(id);
    for (const back of [task, ...below]) back.isGone = false;
    // A restoration is told by nobody.
    this.#options.desk.check(nameOf('tasks', id));
    this.#lookBelow(id);
  }

  /** What goes with a task, or comes back with it, is told by nobody: an administrator asks for a look. */
  #lookBelow(taskId: string): void {
    for (const id of this.#options.agency.commentsOf(taskId)) this.#options.desk.check(nameOf('comments', id));
  }

  #deleteComment(): void {
    const comment = this.#someone('comments', 'master');
    const id = comment?.ids.master ?? null;
    if (comment === undefined || id === null || !Subjects.isEstablished(comment, establishedAfterMs)) return;
    if (!this.#mayDelete('comments', 1)) return;
    this.#edits += 1;
    comment.isGone = true;
    this.#options.agency.remove('comments', id);
  }

  #mayDelete(entity: WorkedOn, count: number): boolean {
    if (this.#deleted[entity] + count > mostDeleted[entity]) return false;
    this.#deleted[entity] += count;
    return true;
  }

  /** While Tandem is busy with a record in Productive somebody edits it, there or in the portal. */
  #editMeanwhile(entity: WorkedOn, id: string): void {
    setImmediate(() => {
      const subject = this.#shelves[entity].ofRecord('master', id);
      if (subject === undefined || subject.isGone) return;
      const side = this.#meanwhileDice.pick(sides);
      const there = subject.ids[side] === null ? otherSide(side) : side;
      this.#edit(entity, subject, there, this.#meanwhileDice);
    });
  }

  #nextEdit(): number {
    this.#edits += 1;
    return this.#edits;
  }
}
