import { type Placeholder, sql } from 'drizzle-orm';

/** Whoever asks often builds anew rather than keep what somebody thinks up. */
const keptAtMost = 200;

/** As `prepare` takes it: names are given to what is used often (statement-names.ts). */
export const unnamed = '';

/** Where a statement that is built once takes a value that it is given each time. No two values of a statement share a name. */
export const slot = (name: string): Placeholder => sql.placeholder(name);

/** By the names of slots. */
export type SlotValues = Readonly<Record<string, unknown>>;

/**
 * Statements that differ in their values only are built once: building takes a quarter of what a page of the portal costs its
 * process. A shape has slots in place of values, or the first one's would be everybody's.
 * @param keyOf tells shapes apart for which other statements are built
 */
export function builtOnce<Shape, Statement>(
  build: (shape: Shape) => Statement,
  keyOf: (shape: Shape) => string,
): (shape: Shape) => Statement {
  const built = new Map<string, Statement>();
  return (shape) => {
    const key = keyOf(shape);
    const known = built.get(key);
    if (known !== undefined) return known;
    if (built.size >= keptAtMost) built.clear();
    const made = build(shape);
    built.set(key, made);
    return made;
  };
}
