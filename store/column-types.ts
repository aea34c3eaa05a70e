import { customType, timestamp } from 'drizzle-orm/pg-core';
import type { Json } from '../engine/values.ts';

export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Drizzle's own jsonb reads a text such as "7" a second time and answers with a number (observed on 0.45.4). */
export const jsonValue = customType<{ data: Json }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(value),
});
