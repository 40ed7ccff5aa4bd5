/** Length of the longest sequence that both have in this order, gaps allowed. Time grows with the product of the lengths. */
export function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (const [place, other] of b.entries())
      row[place + 1] =
        word === other ? (above[place] ?? 0) + 1 : Math.max(above[place + 1] ?? 0, row[place] ?? 0);
    above = row;
  }
  return above[b.length] ?? 0;
}
