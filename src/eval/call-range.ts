/** Bounds of a number that is not known before a run, as of its model calls. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export const emptyRange: Range = { least: 0, most: 0 };

export function exactly(count: number): Range {
  return { least: count, most: count };
}

export function addRanges(a: Range, b: Range): Range {
  return { least: a.least + b.least, most: a.most + b.most };
}
