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
  /** What a person watching the demo should know of them. Never shown to the agent. */
  readonly about: string;
  /** Oldest first. */
  readonly history: readonly DemoItem[];
  /** Choices made after the history: never imported, so that they can tell how well it was learned from. */
  readonly later: readonly DemoItem[];
}

/** @param at - As `2026-03-06T20:30`, UTC. */
export function statement(at: string, query: string): DemoItem {
  return { at: utc(at), query, answer: null };
}

export function asked(at: string, query: string, answer: string): DemoItem {
  return { at: utc(at), query, answer };
}

const films = closed("a film", ["comedy", "documentary", "drama", "thriller"]);
export const film = films.chosen;
export const filmQuestion = films.question;
export const dinner = closed("a dinner", ["curry", "noodles", "salad", "soup"]).chosen;
export const outing = closed("an outing", ["hike", "market", "museum", "pool"]).chosen;

/** Questions of one kind, worded alike for everybody, and items of them with the choice that was made. */
function closed<const Option extends string>(what: string, options: readonly Option[]) {
  const question = (situation: string) =>
    `Pick ${what} for me: ${situation} Answer with one of: ${options.join(", ")}.`;
  const chosen = (at: string, situation: string, answer: Option) =>
    asked(at, question(situation), answer);
  return { question, chosen };
}

function utc(at: string): string {
  return `${at}:00.000Z`;
}

/** The items as an import writes them: the same item is the same episode. */
export function demoEpisodes(user: string, items: readonly DemoItem[]): Episode[] {
  const toEpisode = createTimeline();
  return items.flatMap(
    (item) =>
      toEpisode(user, { ...item, itemId: null, response: null, coarse: false, task: null }) ?? [],
  );
}
