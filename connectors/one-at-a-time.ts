/** Runs pieces of work that have the same key one after the other. What a piece throws is thrown to whoever brought it. */
export type OneAtATime = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Among the pieces of work of this process; where it is the only one, that is enough. */
export function oneAtATimeHere(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const own = (last.get(key) ?? Promise.resolve()).then(work);
    const over = own.catch(() => undefined);
    last.set(key, over);
    try {
      return await own;
    } finally {
      if (last.get(key) === over) last.delete(key);
    }
  };
}
