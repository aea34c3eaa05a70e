import { PGlite } from '@electric-sql/pglite';
import type { Logger } from 'drizzle-orm/logger';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { z } from 'zod';
import { type Database, migrationsFolder, type OpenDatabase } from '../../store/database.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { schema } from '../../store/schema.ts';
import { createPostgresDatabase, type DatabaseUnderTest } from './databases.ts';

export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** A database that tells what it was asked, and how it would go about it. */
export interface Heard {
  readonly opened: OpenDatabase;
  /** The uppermost node of the statement's plan. */
  readonly explain: (statement: Statement) => Promise<PlanNode>;
}

export async function hear(kind: DatabaseUnderTest, logger: Logger): Promise<Heard> {
  if (kind.name === 'PGlite') {
    const client = await PGlite.create();
    const db: Database = drizzlePglite(client, { schema, logger });
    await migrate(drizzlePglite(client), { migrationsFolder });
    const opened: OpenDatabase = { db, kind: 'PGlite', ping: () => Promise.resolve(), close: () => client.close() };
    return { opened, explain: async ({ text, params }) => planIn(await client.query(explained(text), [...params])) };
  }
  const created = await createPostgresDatabase();
  await (await openPostgres({ url: created.url, maxConnections: 1, onProblem: () => undefined })).close();
  const pool = new pg.Pool({ connectionString: created.url, max: 2 });
  const db: Database = drizzlePostgres(pool, { schema, logger });
  const close = async (): Promise<void> => {
    await pool.end();
    await created.drop();
  };
  const opened: OpenDatabase = { db, kind: 'PostgreSQL', ping: () => Promise.resolve(), close };
  return { opened, explain: async ({ text, params }) => planIn(await pool.query(explained(text), [...params])) };
}

const explained = (text: string): string => `explain (format json) ${text}`;

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({ 'Node Type': z.string(), 'Relation Name': z.string().optional(), Plans: z.array(planNode).optional() }),
);
const explanation = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planNode })]) })]);

const planIn = (answer: { readonly rows: unknown[] }): PlanNode =>
  explanation.parse(answer.rows)[0]['QUERY PLAN'][0].Plan;

/** The tables that are read from one end to the other. */
export const scannedIn = (node: PlanNode): readonly string[] => [
  ...(node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : []),
  ...(node.Plans ?? []).flatMap(scannedIn),
];
