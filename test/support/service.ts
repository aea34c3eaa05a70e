/** What the suite found of a service that it can use: an address, or the reason why it has none. */
export type Service =
  | { readonly kind: 'running'; readonly address: string; readonly note: string; stop(): Promise<void> }
  | { readonly kind: 'absent'; readonly reason: string };

export const nothingToStop = (): Promise<void> => Promise.resolve();
