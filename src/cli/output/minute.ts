/**
 * `2026-09-04 18:30`, in UTC.
 *
 * @param at - ISO 8601.
 */
export function minuteOf(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
