/**
 * The longest text of a small value. It may be raised, never lowered: what is small is in each checkpoint and nowhere else,
 * and a later checkpoint writes no row for a value that has not changed.
 */
const longest = 2_000;

/** The JSON of a value that comes back from JSON as it is and is short; `null` for any other. */
export function smallText(value: unknown): string | null {
  if (!fits(value, { left: longest })) return null;
  const text = JSON.stringify(value);
  return text.length > longest ? null : text;
}

/** Does not walk further than a small value could reach. */
function fits(value: unknown, room: { left: number }): boolean {
  room.left -= typeof value === "string" ? value.length + 2 : 1;
  if (room.left < 0) return false;
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  // Minus zero comes back as zero.
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object") return false;
  if (Array.isArray(value))
    // An array with holes has fewer keys than places.
    return Object.keys(value).length === value.length && value.every((each) => fits(each, room));
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    // Marks of classes that LangGraph writes as objects.
    !("lc" in value) &&
    Object.entries(value).every(([name, each]) => {
      room.left -= name.length + 4;
      return fits(each, room);
    })
  );
}
