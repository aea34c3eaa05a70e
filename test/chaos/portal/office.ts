import type { Dice } from '../dice.ts';
import { adminToken, clientToken } from '../../support/portal-tokens.ts';
import type { Agency, WorkedOn } from './agency.ts';
import type { PortalRows } from './portal-rows.ts';
import { asAttributes, type Values } from './typing.ts';
import { PortalUsers } from './users.ts';

const oneDaySeconds = 86_400;
/** Clients see neither estimates nor people who are not theirs. */
const notForClients = ['initialEstimate', 'assignee'];
const clientShare = 0.4;

/** Where people create and change things: in Productive at once, in the portal by asking its API. */
export class Office {
  readonly users: PortalUsers;
  readonly rows: PortalRows;
  readonly #agency: Agency;
  readonly #dice: Dice;
  readonly #tokens: { readonly admin: string; readonly client: string };
  readonly #rowIds: ReadonlyMap<string, string>;

  private constructor(parts: {
    readonly users: PortalUsers;
    readonly rows: PortalRows;
    readonly agency: Agency;
    readonly dice: Dice;
    readonly tokens: { readonly admin: string; readonly client: string };
    readonly rowIds: ReadonlyMap<string, string>;
  }) {
    this.users = parts.users;
    this.rows = parts.rows;
    this.#agency = parts.agency;
    this.#dice = parts.dice;
    this.#tokens = parts.tokens;
    this.#rowIds = parts.rowIds;
  }

  /** @param url of the portal's API, where everything that was there before is imported by now */
  static async open(parts: { readonly agency: Agency; readonly rows: PortalRows; readonly url: string; dice: Dice }) {
    const rowIds = new Map<string, string>();
    for (const entity of ['projects', 'task_lists', 'people', 'workflow_statuses'] as const) {
      for (const { rowId, productiveId } of await parts.rows.couples(entity)) {
        rowIds.set(`${entity}/${productiveId}`, rowId);
      }
    }
    const lasting = { endsIn: oneDaySeconds };
    const tokens = {
      admin: await adminToken(lasting),
      client: await clientToken(parts.agency.companyId, lasting),
    };
    return new Office({ ...parts, rowIds, tokens, users: new PortalUsers(parts.url) });
  }

  /** @returns its id */
  createInProductive(entity: WorkedOn, values: Values): string {
    return this.#agency.productive.create(entity, asAttributes(entity, 'master', values)).id;
  }

  updateInProductive(entity: WorkedOn, id: string, values: Values): void {
    this.#agency.productive.update(entity, id, asAttributes(entity, 'master', values));
  }

  /** @param values what it belongs to by the portal's id: a comment's task @returns the row; null: it was refused */
  createInPortal(entity: WorkedOn, values: Values): Promise<string | null> {
    const { task, ...others } = values;
    const body = this.#asBody(entity, others);
    const place = typeof task === 'string' ? { taskRowId: task } : {};
    return this.users.send({ entity, rowId: null, ...place, body, token: this.#tokenFor(values) });
  }

  updateInPortal(entity: WorkedOn, rowId: string, values: Values): Promise<string | null> {
    // Only its author, or an admin, changes a comment.
    const token = entity === 'comments' ? this.#tokens.admin : this.#tokenFor(values);
    return this.users.send({ entity, rowId, body: this.#asBody(entity, values), token });
  }

  #asBody(entity: WorkedOn, values: Values) {
    return asAttributes(entity, 'replica', values, (target, id) => this.#rowIds.get(`${target}/${id}`) ?? id);
  }

  #tokenFor(values: Values): string {
    const isForClients = Object.keys(values).every((name) => !notForClients.includes(name));
    return isForClients && this.#dice.happens(clientShare) ? this.#tokens.client : this.#tokens.admin;
  }
}
