/** Makes 17-character hex ids that begin with the time, unique even when many are made in one second. */
export function createRecordIds(now: () => Date): () => string {
  let last = 0;
  return () => {
    const micros = Math.max(Math.floor(now().getTime() * 1_000), last + 1);
    last = micros;
    const seconds = Math.floor(micros / 1_000_000)
      .toString(16)
      .padStart(8, '0');
    const rest = (micros % 1_000_000).toString(16).padStart(5, '0');
    const salt = Math.floor(Math.random() * 0xffff)
      .toString(16)
      .padStart(4, '0');
    return `${seconds}${rest}${salt}`;
  };
}
