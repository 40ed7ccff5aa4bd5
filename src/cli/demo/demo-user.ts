import type { Episode } from "../../domain/episode.js";
import { createTimeline } from "../../formats/import-timeline.js";

/** One dated interaction of an invented user; `answer` is what they really chose or did, `null` for a statement. */
export interface DemoItem {
  readonly at: string;
  readonly query: string;
  readonly answer: string | null;
}

export interface DemoUser {
  readonly id: string;
  /** For a person who watches the demo. Never shown to the agent. */
  readonly about: string;
  /** Oldest first. An alignment learns from the latest eight answers. */
  readonly history: readonly DemoItem[];
  /** Choices made after the history. Never imported, so that they show how well it was learned from. */
  readonly later: readonly DemoItem[];
}

const choices = {
  "a film": ["comedy", "documentary", "drama", "thriller"],
  "a dinner": ["curry", "noodles", "salad", "soup"],
  "an outing": ["hike", "market", "museum", "pool"],
} as const;

/** A closed question, in the same words for every user. */
export function choiceQuestion(what: keyof typeof choices, situation: string): string {
  return `Pick ${what} for me: ${situation} Answer with one of: ${choices[what].join(", ")}.`;
}

/** The situation in such a question; any other text as it is. */
export function situationOf(query: string): string {
  return query.replace(/^Pick .* for me: (.*) Answer with one of: .*$/, "$1");
}

/**
 * Reads interactions, one a line, with their time in UTC: `2026-01-08 20:50 salad: Late home.` (a choice and its
 * situation), `... said: I sing tenor.`, or `... asked: Which present? → Seeds.`
 */
export function parseDiary(text: string): DemoItem[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, day = "", time = "", kind = "", words = ""] =
        /^(\S+) (\S+) (\w+): (.*)$/.exec(line) ?? [];
      return { at: `${day}T${time}:00.000Z`, ...interaction(kind, words) };
    });
}

function interaction(kind: string, words: string): Pick<DemoItem, "query" | "answer"> {
  if (kind === "said") return { query: words, answer: null };
  if (kind === "asked") {
    const [query = "", answer = ""] = words.split(" → ");
    return { query, answer };
  }
  for (const what of Object.keys(choices) as (keyof typeof choices)[])
    if (choices[what].some((choice) => choice === kind))
      return { query: choiceQuestion(what, words), answer: kind };
  throw new Error(`A diary has the unknown choice ${JSON.stringify(kind)}.`);
}

/** The items as an import writes them: the same item is the same episode. */
export function demoEpisodes(user: string, items: readonly DemoItem[]): Episode[] {
  const toEpisode = createTimeline();
  return items.flatMap(
    (item) =>
      toEpisode(user, { ...item, itemId: null, response: null, coarse: false, task: null }) ?? [],
  );
}
