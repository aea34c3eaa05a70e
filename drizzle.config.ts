import { defineConfig } from 'drizzle-kit';

/** `npx drizzle-kit generate --name what_changed` writes the next migration from store/schema.ts. */
export default defineConfig({
  dialect: 'postgresql',
  schema: ['./store/schema.ts', './store/population-tables.ts', './store/portal/*-tables.ts'],
  out: './store/migrations',
});
