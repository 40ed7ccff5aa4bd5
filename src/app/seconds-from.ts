/** The seconds since `startMs` of `performance.now()`, to the millisecond. */
export function secondsFrom(startMs: number): number {
  return Math.round(performance.now() - startMs) / 1_000;
}
