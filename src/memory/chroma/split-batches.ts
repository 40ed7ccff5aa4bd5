/** What Chroma takes at once is bounded: 300 rows in its cloud, 40 MB in a request to a server of one's own. */
const maxRows = 250;
const maxSize = 4_000_000;

interface Row {
  readonly id: string;
  readonly words?: string;
  readonly vector?: readonly number[];
}

/**
 * Splits rows into batches that one request can carry. Of rows with one id the last stays: Chroma refuses
 * a batch that names an id twice.
 */
export function inBatches<R extends Row>(rows: readonly R[]): R[][] {
  const batches: R[][] = [];
  let batch: R[] = [];
  let size = 0;
  for (const row of new Map(rows.map((each) => [each.id, each])).values()) {
    const grown = size + sizeOf(row);
    if (batch.length > 0 && batch.length < maxRows && grown <= maxSize) {
      batch.push(row);
      size = grown;
      continue;
    }
    batch = [row];
    size = sizeOf(row);
    batches.push(batch);
  }
  return batches;
}

/** In bytes, roughly and from above: a UTF-16 unit is at most three bytes, a number six in base64. */
function sizeOf({ id, words = "", vector = [] }: Row): number {
  return id.length + 3 * words.length + 6 * vector.length;
}
