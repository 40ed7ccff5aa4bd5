import { askedQuestion } from "../../domain/asked-question.js";
import type { Episode, Feedback } from "../../domain/episode.js";
import type { StatedQuestion } from "../../domain/stated-answers.js";
import { estimateTokens } from "../../domain/text/storable-text.js";
import { dateAttribute, shownQuestion } from "../agent/past-interactions.js";
import { joinParts, quote, quoteBlock, unquoted } from "../quote.js";
import { ownWords } from "../../domain/text/own-words.js";
import { truncate } from "../../domain/text/truncate.js";

/** The parts of an episode that a profile is drawn from: what the user wrote or chose, never an agent's response. */
export type HistoryEpisode = StatedQuestion &
  Pick<Episode, "id" | "at" | "groundTruth" | "task"> & {
    readonly feedback: Pick<Feedback, "reason"> | null;
  };

/** Most of one text in the history, in UTF-16 units: many items say more about a user than long ones. */
const shownLength = { question: 600, answer: 300, countedAnswer: 80 } as const;

/** Most different answers that are counted one by one; the rest are counted together. */
const maxCountedAnswers = 40;

/** A history within a budget: its block, and the episode that each item number stands for. */
export interface RenderedHistory {
  readonly block: string;
  /** `episodeIds[n - 1]` is the episode of item `n`. */
  readonly episodeIds: readonly string[];
}

/**
 * The latest episodes that fit into `maxTokens` (estimated), numbered from 1 and shown oldest first.
 *
 * @param episodes - Oldest first.
 * @param statementsOn - Numbers of the statements that already cite an episode; shown as an attribute of its item.
 */
export function renderHistory(
  episodes: readonly HistoryEpisode[],
  maxTokens: number,
  statementsOn: (episodeId: string) => readonly number[] = () => [],
): RenderedHistory {
  const render = (episode: HistoryEpisode, number: number) =>
    renderItem(episode, number, statementsOn(episode.id));
  let left = maxTokens;
  let first = episodes.length;
  for (const [index, episode] of [...episodes.entries()].toReversed()) {
    // With the longest number, so that numbering the chosen ones cannot exceed the budget.
    left -= estimateTokens(`${render(episode, episodes.length)}\n`);
    if (left < 0) break;
    first = index;
  }
  const shown = episodes.slice(first);
  const items = shown.map((episode, index) => render(episode, index + 1));
  return {
    block: quoteBlock("history", items.join("\n")),
    episodeIds: shown.map((episode) => episode.id),
  };
}

function renderItem(
  { groundTruth, feedback, at, ...asks }: HistoryEpisode,
  number: number,
  statements: readonly number[],
): string {
  const { subject, asked } = ownQuestion(asks);
  const question = quote("question", truncate(subject, shownLength.question));
  const answer = groundTruth && quote("ground_truth", truncate(groundTruth, shownLength.answer));
  const reason = feedback?.reason
    ? quote("rejection_reason", truncate(feedback.reason, shownLength.answer))
    : "";
  return quoteBlock("item", joinParts([question, answer ?? "", reason]), {
    n: number,
    at: dateAttribute(at),
    asked,
    statements: statements.length === 0 ? null : statements.join(", "),
  });
}

/** A question without what it quotes of others; whole where a benchmark asks it. */
export function ownQuestion({ task, ...question }: StatedQuestion & Pick<Episode, "task">) {
  const whole = shownQuestion(askedQuestion(question));
  return task === null && whole.asked === null ? shownQuestion(ownWords(question.query)) : whole;
}

/** How often the user gave each answer, most frequent first, as `answer: count, ...`; rare ones together at the end. Empty for none. */
export function renderAnswerCounts(episodes: readonly HistoryEpisode[]): string {
  const counts = new Map<string, number>();
  for (const { groundTruth: answer } of episodes) {
    if (answer === null) continue;
    const shown = truncate(answer, shownLength.countedAnswer);
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  if (counts.size === 0) return "";
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  const rest = sorted.slice(maxCountedAnswers);
  const others = rest.reduce((sum, [, count]) => sum + count, 0);
  const named = sorted
    .slice(0, maxCountedAnswers)
    .map(([answer, count]) => `${unquoted(answer)}: ${count}`);
  const unnamed = others === 0 ? [] : [`all others (${rest.length} different): ${others}`];
  return quote("answer_counts", [...named, ...unnamed].join(", "));
}
