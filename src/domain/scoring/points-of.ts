/** A share of the score as points: `+3.1`, `−2`, `0`. */
export function pointsOf(share: number): string {
  const value = Number((share * 100).toFixed(1));
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0";
}
