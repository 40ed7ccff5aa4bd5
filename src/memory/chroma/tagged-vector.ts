import { createHash } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import { toUnit } from "../index/unit-vector.js";

/**
 * A user's vectors as they are kept in Chroma: a unit vector, and behind it one that is the same for all
 * of the user's and different from everybody else's.
 *
 * Chroma searches a graph of neighbours. Where a hundred users of one collection have said "thanks", those
 * equal vectors are each other's only neighbours, the graph falls apart, and most users found neither them
 * nor much else. With the tag each user's vectors lie together and apart from the others', which keeps the
 * graph whole. It changes no order: it adds the same to the nearness of everything that the user has.
 */
export function createUserVector(user: UserKey) {
  const tag = toUnit([...createHash("sha256").update(user).digest()].map((byte) => byte - 127.5));
  return {
    /** What is written. A vector of zeros gets a direction of its own, at right angles to all others. */
    kept: (vector: readonly number[]) => [
      ...toUnit(vector),
      ...tag,
      vector.every((value) => value === 0) ? 1 : 0,
    ],
    /** What is searched with. */
    asked: (vector: readonly number[]) => [...toUnit(vector), ...tag, 0],
  };
}
