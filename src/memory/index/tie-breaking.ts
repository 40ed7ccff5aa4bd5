interface Ranked {
  readonly id: string;
  /** Smaller is nearer. */
  readonly distance: number;
}

/** Ids sort by time, so the larger id is the newer episode. */
export function newestFirst(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** Nearest first, and of the equally near the newest. */
export function nearestFirst(a: Ranked, b: Ranked): number {
  return inTies(a.distance) - inTies(b.distance) || newestFirst(a, b);
}

/** Whether two are equally near. */
export function isTie(a: Ranked, b: Ranked): boolean {
  return inTies(a.distance) === inTies(b.distance);
}

/**
 * A distance or nearness as far as it means something: arithmetic leaves equal directions apart in the last digits, by
 * their lengths, by where they are kept, and by the order in which numbers are added, another one for each user.
 */
export const inTies = (distance: number) => Math.round(distance * 1e6) / 1e6;
