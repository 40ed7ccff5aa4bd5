import { recentSize } from "../../memory/episodes/recent-episodes.js";

/** A count of new true answers for a person: counting ends at the latest 256 interactions, so `256+`. */
export function newAnswersText(count: number): string {
  return count < recentSize ? String(count) : `${recentSize}+`;
}

/** `1 true answer`, `256+ true answers`. */
export function newTrueAnswers(count: number): string {
  return `${newAnswersText(count)} true ${count === 1 ? "answer" : "answers"}`;
}
