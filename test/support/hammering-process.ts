/** A process of its own that hammers at a budget until it is killed. It gets everything as JSON in its argument. */
import { z } from 'zod';
import { createLoggedCalls } from '../../connectors/call-log.ts';
import { createCallBudget } from '../../connectors/call-reservation.ts';
import { createFallbackCalls } from '../../connectors/fallback-calls.ts';
import { createRedisCallLog } from '../../connectors/redis-call-log.ts';
import { CallLogStore } from '../../store/call-log.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { hammer } from './hammer.ts';

const { database, redis, target, windows } = z
  .object({
    database: z.string(),
    redis: z.string().nullable(),
    target: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
    windows: z.array(z.object({ calls: z.number(), perMs: z.number() })),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const silently = () => undefined;
const { db } = await openPostgres({ url: database, maxConnections: 3, onProblem: silently });
const store = new CallLogStore(db);
const bySystem = new Map([['EspoCRM', windows]]);
const source =
  redis === null
    ? createLoggedCalls({ log: store, windows: bySystem, limitedBy: 'store' })
    : createFallbackCalls({
        windows: bySystem,
        redis: createRedisCallLog({ url: redis }),
        store,
        onProblem: silently,
        onRecovered: silently,
        coolDownMs: 100,
      });
const budget = createCallBudget({ windows: bySystem, source, takeForMs: 1_000, callMs: 500 });
await Promise.all(Array.from({ length: 4 }, () => hammer(budget, target, () => false)));
