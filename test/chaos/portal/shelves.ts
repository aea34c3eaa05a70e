import { type Subject, Subjects } from '../subjects.ts';
import type { Project } from './agency.ts';

/** Tasks and comments of a campaign, and what belongs where. */
export class Shelves {
  readonly tasks = new Subjects();
  readonly comments = new Subjects();
  readonly #projects = new Map<Subject, Project>();
  readonly #taskOf = new Map<Subject, Subject>();

  nextTask(project: Project): Subject {
    const task = this.tasks.next();
    this.#projects.set(task, project);
    return task;
  }

  nextComment(task: Subject): Subject {
    const comment = this.comments.next();
    this.#taskOf.set(comment, task);
    return comment;
  }

  /** @throws TypeError for what is no task */
  projectOf(task: Subject): Project {
    const project = this.#projects.get(task);
    if (project === undefined) throw new TypeError('A task without a project');
    return project;
  }

  commentsOf(task: Subject): readonly Subject[] {
    return this.comments.all.filter((comment) => this.#taskOf.get(comment) === task);
  }
}
