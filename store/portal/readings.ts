import { CursorStore } from '../cursors.ts';
import type { Database } from '../database.ts';
import { CompanyReadings } from './reading/company-readings.ts';
import { DiscussionReadings } from './reading/discussion-readings.ts';
import { NamedReadings } from './reading/named-readings.ts';
import { PeopleReadings } from './reading/people-readings.ts';
import { ProjectReadings } from './reading/project-readings.ts';
import { StructureReadings } from './reading/structure-readings.ts';
import { TaskReadings } from './reading/task-readings.ts';
import type { SyncedEntity } from './tables.ts';
import { companyOf } from './viewer.ts';

/** What the portal's users read. Nothing here asks another system. */
export class PortalReadings {
  readonly #db: Database;
  readonly companies: CompanyReadings;
  readonly projects: ProjectReadings;
  readonly people: PeopleReadings;
  readonly tasks: TaskReadings;
  readonly discussions: DiscussionReadings;
  readonly structure: StructureReadings;
  readonly named: NamedReadings;

  constructor(db: Database) {
    this.#db = db;
    this.companies = new CompanyReadings(db);
    this.projects = new ProjectReadings(db);
    this.people = new PeopleReadings(db);
    this.tasks = new TaskReadings(db);
    this.discussions = new DiscussionReadings(db);
    this.structure = new StructureReadings(db);
    this.named = new NamedReadings(db);
  }

  companyOf(productiveId: string): Promise<number | null> {
    return companyOf(this.#db, productiveId);
  }

  /** When the changes of this kind in Productive were last read to the end; null: they never were. */
  async caughtUpAt(entity: SyncedEntity): Promise<Date | null> {
    return (await new CursorStore(this.#db).load(entity, 'master')).caughtUpAt;
  }
}
