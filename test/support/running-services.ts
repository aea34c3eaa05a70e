declare global {
  /** Jest loads the set-up and the tear-down separately; the global object is all that they share. */
  var tandemTestServices: readonly { stop(): Promise<void> }[] | undefined;
}
export {};
