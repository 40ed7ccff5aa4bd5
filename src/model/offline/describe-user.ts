import type { ProfileRevision } from "../../prompts/learning/profile-revision.js";
import { isTelling, rankWords } from "./learn.js";
import { contentWords } from "./offline-words.js";
import { readBlocks, readExchanges, readLines, readQuestion, readTag } from "./read-prompt.js";

const saying =
  /(?:^|[.!?]\s+)((?:I|I['’]m|I['’]ve)\s+(?:am|was|have|like|love|prefer|hate|dislike|enjoy|always|never|usually|want|need|cannot|can['’]t|don['’]t)\b[^.!?\n]{3,160}[.!?]?)/i;
const mostWords = { answer: 8, interests: 16 } as const;
const mostSayings = 11;

/**
 * Describes a user by counting: what they said of themselves, which answers are usual and which words go with each, and
 * what the items are about. A statement of the present profile, where the prompt shows one, is joined to the new one
 * about the same; one about an answer that is not counted any more goes. `answerClosed` can use the sentences.
 */
export function describeUser(prompt: string): ProfileRevision["revisedStatements"] {
  // A reflection shows the latest turns only, and no counts: what was counted before stays as it is.
  const isCounted = readBlocks(prompt, "answer_counts").length > 0;
  const present = readLines(prompt, "current_statements").map(({ number, text }) => {
    const [, answer] = !isCounted ? [] : (/nswers (".+") \(\d+ of \d+\)/.exec(text) ?? []);
    const words =
      answer === undefined ? /^Often concerned with (.+)\.$/ : /with words like (.+)\.$/;
    const [, list] = words.exec(text) ?? [];
    const about = answer ?? (list === undefined ? text : "interests");
    return { number, about, words: list?.split(", ") ?? [] };
  });
  const { ranked, total } = rankAnswers(prompt);
  const history = readExchanges(prompt, "item").map((item) => {
    const [, said] = saying.exec(item.question) ?? [];
    // The options stand in every question of a kind, and tell none from another; where answers are texts, they tell too.
    const text = ranked.length > 0 ? readQuestion(item.question).subject : item.text;
    return { ...item, words: contentWords(text), said: said && `Said: “${said.trim()}”` };
  });
  const statements: ProfileRevision["revisedStatements"] = [];
  /** Makes a statement of the latest of these items and of what is said about the same now, if there is either. */
  const state = (about: string, from = history, words: string[] = [], head = "", link = "") => {
    const known = present.filter((each) => each.about === about);
    const all = new Set([...words, ...known.flatMap((each) => each.words)]);
    const most = about === "interests" ? mostWords.interests : mostWords.answer;
    const listed = [...all].slice(0, most).join(", ");
    const text = link === "" ? about : `${head}${listed && link}${listed}.`;
    const items = from.slice(-12).map(({ number }) => number);
    const keeps = known.map(({ number }) => number);
    if (items.length + keeps.length > 0) statements.push({ text, items, keeps, replaces: [] });
  };

  const sayings = new Set(history.toReversed().flatMap(({ said }) => said ?? []));
  // Where no answers are counted, what the user says is all there is.
  for (const about of [...sayings].slice(0, ranked.length > 0 ? 3 : mostSayings)) {
    const from = history.filter(({ said }) => said === about);
    state(about, from);
  }
  for (const [rank, [answer, count]] of ranked.entries()) {
    const own = history.filter(({ groundTruth }) => groundTruth === answer && answer.length <= 60);
    const others = history.filter(({ groundTruth }) => ![answer, ""].includes(groundTruth));
    const words = rankWords(own, others, 0.5, logOdds(own.length, others.length));
    const head = `${rank === 0 ? "Usually answers" : "Answers"} "${answer}" (${count} of ${total})`;
    state(`"${answer}"`, own, words, head, ", most of all to texts with words like ");
  }
  const shared = rankWords(history, [], Math.max(2, 0.05 * history.length), (count) => count);
  const interests = shared.filter(isTelling).slice(0, mostWords.interests);
  const from = history.filter(({ words }) => words.some((word) => interests.includes(word)));
  state("interests", from, interests, "Often concerned with", " ");
  for (const { about, number } of present)
    if (!about.startsWith('"') && !statements.some(({ keeps }) => keeps.includes(number)))
      state(about, []);
  return statements.slice(0, 12);
}

/** How much more often a word comes with an answer than with others, in standard errors: twice does not outdo often. */
function logOdds(own: number, others: number) {
  const odds = (count: number, all: number) => Math.log((count + 0.5) / (all - count + 0.5));
  return (count: number, elsewhere: number) => {
    const error = Math.sqrt(1 / (count + 0.5) + 1 / (elsewhere + 0.5));
    return count < 2 ? 0 : (odds(count, own) - odds(elsewhere, others)) / error;
  };
}

/** The answers, most frequent first; none where they hardly ever return: they are texts of their own then, not choices. */
function rankAnswers(prompt: string) {
  const stated = readTag(prompt, "answer_counts");
  const [, others = 0] = /all others \(\d+ different\): (\d+)$/.exec(stated) ?? [];
  const named = stated.matchAll(/(?:^|, )(?!all others \()(.+?): (\d+)(?=, |$)/g);
  const counts = Array.from(named, ([, answer = "", count]) => [answer, Number(count)] as const);
  const total = counts.reduce((sum, [, count]) => sum + count, Number(others));
  const ranked = counts.toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return { ranked: ranked.length <= Math.max(2, total / 2) ? ranked : [], total };
}
