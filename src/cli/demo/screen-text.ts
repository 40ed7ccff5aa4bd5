/** The situation in a closed question of the demo, without the options; any other text as it is. */
export function situationOf(query: string): string {
  return query.replace(/^Pick .* for me: (.*) Answer with one of: .*$/, "$1");
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** @param at - ISO 8601. */
export function day(at: string | null): string {
  if (at === null) return "";
  const [year = "", month = "", date = ""] = at.slice(0, 10).split("-");
  return `${Number(date)} ${months[Number(month) - 1] ?? ""} ${year}`;
}
