import type pg from 'pg';
import { unnamed } from './built-once.ts';

/** What differs in every use is hardly ever the same so often. */
const namedFromUse = 5;
/** Every connection keeps the plans of all of them in the server's memory. */
const namesAtMost = 300;
/** In characters. What is longer spells out many rows, and has another length each time. */
const longestText = 20_000;
/** How many are counted before counting begins anew. */
const countedAtMost = 2_000;

/**
 * Names for statements that are used often. PostgreSQL plans a statement without a name each time it is sent: two fifths of
 * what the portal's pages cost it. One with a name is parsed once per connection, and planned anew only while that pays
 * (`plan_cache_mode`). A name means the same text on every connection. It needs a connection that stays with one server
 * process; so do the locks.
 */
export class StatementNames {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /** @returns nothing for a text that is new, too long, or one too many */
  nameOf(text: string): string | undefined {
    return this.#names.get(text) ?? this.#named(text);
  }

  /** Gives what is sent over this connection from now on its names. */
  nameOn(client: pg.PoolClient): void {
    // Overloaded ten ways; whichever is meant, the statement comes first and its values come second.
    const send: unknown = Reflect.get(client, 'query');
    if (typeof send !== 'function') throw new TypeError('pg sends statements in another way by now');
    const sendNamed = (statement: unknown, ...rest: unknown[]): unknown => {
      const answer: unknown = Reflect.apply(send, client, [this.#withName(statement, rest[0]), ...rest]);
      return answer;
    };
    Reflect.set(client, 'query', sendNamed);
  }

  #withName(statement: unknown, values: unknown): unknown {
    if (!isUnnamed(statement) || !Array.isArray(values) || values.length === 0) return statement;
    const name = this.nameOf(statement.text);
    return name === undefined ? statement : { ...statement, name };
  }

  #named(text: string): string | undefined {
    if (text.length > longestText || this.#names.size >= namesAtMost) return undefined;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    if (uses < namedFromUse) {
      if (this.#uses.size >= countedAtMost) this.#uses.clear();
      this.#uses.set(text, uses);
      return undefined;
    }
    const name = `tandem_${this.#names.size + 1}`;
    this.#uses.delete(text);
    this.#names.set(text, name);
    return name;
  }
}

const isUnnamed = (statement: unknown): statement is { readonly text: string } =>
  typeof statement === 'object' &&
  statement !== null &&
  'text' in statement &&
  typeof statement.text === 'string' &&
  !('name' in statement && statement.name !== undefined && statement.name !== unnamed);
