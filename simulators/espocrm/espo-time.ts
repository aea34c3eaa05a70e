/** `YYYY-MM-DD HH:MM:SS`, UTC, whole seconds. */
export const espoTime = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');
