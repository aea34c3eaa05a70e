import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';

export interface LeastDatabase {
  /** With the name and the password of the role. */
  readonly url: string;
  /** Somebody who may change everything in the same database. */
  readonly admin: pg.Client;
  drop(): Promise<void>;
}

/** A database of a role that may do what docs/security.md says and nothing else; null if the run has no PostgreSQL. */
export async function leastDatabase(password: string): Promise<LeastDatabase | null> {
  const cluster = process.env['TEST_DATABASE_URL'];
  if (cluster === undefined) return null;
  const name = `least_${randomUUID().replaceAll('-', '')}`;
  const root = new pg.Client({ connectionString: cluster });
  await root.connect();
  await root.query(
    `create role ${name} login nosuperuser nocreatedb nocreaterole password ${root.escapeLiteral(password)}`,
  );
  await root.query(`create database ${name} owner ${name}`);
  await root.query(`revoke all on database ${name} from public`);
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  url.username = name;
  url.password = encodeURIComponent(password);
  return {
    url: url.href,
    admin,
    drop: async () => {
      await admin.end();
      await root.query(`drop database ${name} with (force)`);
      await root.query(`drop role ${name}`);
      await root.end();
    },
  };
}

/** A user with the keys and commands that docs/security.md names; null if the run has no Redis. */
export async function leastRedis(password: string): Promise<{ readonly url: string; drop(): Promise<void> } | null> {
  const server = process.env['TEST_REDIS_URL'];
  if (server === undefined) return null;
  const root = new Redis(server);
  const name = `least-${randomUUID()}`;
  const keys = ['~tandem:token:*', '~tandem:calls:*'];
  const plain = ['get', 'set', 'del', 'eval', 'info', 'time'];
  const sorted = ['zadd', 'zrem', 'zscore', 'zrangebyscore', 'zrevrangebyscore', 'zremrangebyscore'];
  const commands = [...plain, ...sorted].map((command) => `+${command}`);
  const rules = ['reset', 'on', `>${password}`, ...keys, ...commands];
  await root.call('ACL', 'SETUSER', name, ...rules);
  const url = new URL(server);
  url.username = name;
  url.password = password;
  return {
    url: url.href,
    drop: async () => {
      await root.call('ACL', 'DELUSER', name);
      root.disconnect();
    },
  };
}
