/** Chroma limits a request: 300 rows in its cloud, 40 MB in a server of one's own. */
const maxRows = 250;
const maxSize = 4_000_000;

interface Row {
  readonly id: string;
  readonly words?: string;
  readonly vector?: readonly number[];
}

/**
 * Splits rows into batches that fit into one request. Of rows with the same id only the last is kept: Chroma rejects a
 * batch that has an id twice.
 */
export function inBatches<R extends Row>(rows: readonly R[]): R[][] {
  const batches: R[][] = [];
  let size = 0;
  for (const row of new Map(rows.map((each) => [each.id, each])).values()) {
    const batch = batches.at(-1);
    size += sizeOf(row);
    if (batch !== undefined && batch.length < maxRows && size <= maxSize) {
      batch.push(row);
    } else {
      batches.push([row]);
      size = sizeOf(row);
    }
  }
  return batches;
}

/** An upper estimate in bytes: a UTF-16 unit takes at most three, a number six in base64. */
function sizeOf({ id, words = "", vector = [] }: Row): number {
  return id.length + 3 * words.length + 6 * vector.length;
}
