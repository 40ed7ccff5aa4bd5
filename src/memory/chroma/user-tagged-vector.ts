import { createHash } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import { toUnit } from "../index/unit-vector.js";

/**
 * Vectors as Chroma stores them: a unit vector, followed by a unit vector that is the same for all entries of a user
 * and different for every user.
 *
 * Chroma searches a graph of neighbours. Where a hundred users of one collection have said "thanks", those equal
 * vectors are each other's only neighbours, the graph falls apart, and most users find few of their entries. The tag
 * keeps a user's vectors together and the graph connected. It adds the same to all of a user's distances, so it does
 * not change their order.
 */
export function createUserVector(user: UserKey) {
  const tag = toUnit([...createHash("sha256").update(user).digest()].map((byte) => byte - 127.5));
  return {
    /** For storage. A vector of zeros gets a direction of its own, at right angles to all others. */
    stored: (vector: readonly number[]) => [
      ...toUnit(vector),
      ...tag,
      vector.every((value) => value === 0) ? 1 : 0,
    ],
    /** For a search. */
    query: (vector: readonly number[]) => [...toUnit(vector), ...tag, 0],
  };
}
