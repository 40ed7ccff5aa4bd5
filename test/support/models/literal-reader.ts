import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { readBlocks, readTag } from "../../../src/model/offline/read-prompt.js";
import type { ProfileRevision } from "../../../src/prompts/learning/profile-revision.js";
import type { Meaning } from "../changes/history.js";
import { callsTools } from "./scripted-model.js";

/**
 * A reader that does what its prompt says and nothing else. It understands single sentences; which of them counts it
 * takes from the prompt: from the order, dates and marks that are shown, by the rules that are stated. A rule that the
 * prompt does not state is not followed. It knows nothing of the histories that it is tested on.
 *
 * @param understand - What a sentence says by itself.
 * @param sees - What it sees of a prompt; all of it unless given.
 */
export function literalReader(
  understand: (text: string) => Meaning | null,
  sees: (prompt: string) => string = String,
) {
  return { answer, describe };

  /** Answers the last message from the blocks of the system message. */
  function answer(messages: readonly BaseMessage[]): string {
    const prompt = sees(messages.find(({ type }) => type === "system")?.text ?? "");
    const asked = understand(messages.at(-1)?.text ?? "");
    const { byUser, byAssistant } = facts(prompt);
    if (asked === null) return "I do not understand.";
    // The prompt says that an assistant's words weigh less than the user's.
    const ranked = [byUser, byAssistant].flatMap((all) => usable(all, asked, statedRules(prompt)));
    return ranked[0]?.meaning.says ?? "I do not know.";
  }

  function facts(prompt: string) {
    const [summary] = readBlocks(prompt, "user_summary");
    const summaryDate = attribute(summary?.attributes, "at");
    const lines = (summary?.inner ?? "")
      .split("\n")
      .flatMap((line) => fact(line.replace(/^- /, ""), summaryDate));
    const shown = readBlocks(prompt, "interaction").map(({ attributes, inner }) => {
      const [id, at, newer] = ["id", "at", "newer"].map((name) => attribute(attributes, name));
      const texts = (...tags: Parameters<typeof readTag>[1][]) =>
        tags.flatMap((tag) => fact(readTag(inner, tag), at ?? "", { id, newer }));
      return {
        byUser: texts("question", "ground_truth", "rejection_reason"),
        byAssistant: texts("response"),
      };
    });
    return {
      byUser: [...lines, ...shown.flatMap(({ byUser }) => byUser)],
      byAssistant: shown.flatMap(({ byAssistant }) => byAssistant),
    };
  }

  function fact(text: string, at = "", ids: Pick<Fact, "id" | "newer"> = {}): Fact[] {
    const meaning = understand(text);
    return meaning === null ? [] : [{ text, at, meaning, ...ids }];
  }

  /** Writes the description of a user, from the history and, if they are shown, the present statements. */
  function describe(messages: readonly BaseMessage[]): AIMessage {
    const prompt = sees(messages.map(({ text }) => text).join("\n"));
    const rules = statedRules(prompt);
    const items = readBlocks(prompt, "item").flatMap(({ attributes, inner }) =>
      (["question", "ground_truth", "rejection_reason"] as const).flatMap((tag) =>
        fact(readTag(inner, tag), attribute(attributes, "at")).map((one) => ({
          ...one,
          number: Number(attribute(attributes, "n")),
        })),
      ),
    );
    const present = readTag(prompt, "current_statements")
      .split("\n")
      .flatMap((line) => {
        const [, number, text = ""] = /^(\d+)\. (.*) \[rests on .*\]$/.exec(line) ?? [];
        return fact(text).map((one) => ({ ...one, number: Number(number) }));
      });
    const holding = items.filter(
      (item) => item.meaning.says !== null && usable(items, item.meaning, rules).includes(item),
    );
    const isForgotten = (one: Fact) =>
      rules.forgets &&
      items.some(({ meaning }) => meaning.isForget && isSame(meaning, one.meaning));
    const isReplaced = (one: Fact, by: Fact) => rules.replaces && isSame(one.meaning, by.meaning);
    const entries: ProfileRevision["revisedStatements"] = [
      ...present
        .filter((one) => !isForgotten(one) && !holding.some((item) => isReplaced(one, item)))
        .map(({ text, number }) => ({ text, keeps: [number], replaces: [], items: [] })),
      ...holding.map((item) => {
        const same = present.filter((one) => isReplaced(one, item));
        const [keeps, replaces] = [true, false].map((isKept) =>
          same
            .filter(({ meaning }) => (meaning.says === item.meaning.says) === isKept)
            .map(({ number }) => number),
        );
        const numbers = { keeps: keeps ?? [], replaces: replaces ?? [] };
        return { text: item.text, items: [item.number], ...numbers };
      }),
    ];
    const statements = entries.map(({ text, items: numbers }) => ({ text, items: numbers }));
    // The schema takes what it asks for.
    const args = { statements, revisedStatements: entries };
    return callsTools({ name: "profile", args });
  }
}

interface Fact {
  readonly text: string;
  /** A day, or empty where none is shown. */
  readonly at: string;
  readonly meaning: Meaning;
  readonly id?: string | undefined;
  /** The later interaction that may have made it outdated, as the prompt says. */
  readonly newer?: string | undefined;
}

type Rules = ReturnType<typeof statedRules>;

/** Which rules stand in the instructions of a prompt, without what it shows. */
function statedRules(prompt: string) {
  const shown =
    /^<(user_summary|past_interactions|current_statements|answer_counts|history)\b[^>]*>[\s\S]*?<\/\1>$/gm;
  const instructions = prompt.replaceAll(shown, "");
  const states = (rule: RegExp) => rule.test(instructions);
  return {
    laterHolds: states(/\bcontradicts?\b[^.]*\bthe later(?: one)? holds\b/i),
    comparesNewer: states(/newer="\.\.\." names a later interaction/),
    ignoresExceptions: states(/\bexception\b[^.]*\bdoes not change what is usual\b/i),
    tellsPeopleApart: states(/\bsaid of another person is (?:true of that person, )?not\b/i),
    forgets: states(/\bwhat the user asked to forget\b/i),
    replaces: states(/name the outdated statement in "replaces"/),
  };
}

/** What may answer a question, in the order shown, after the rules that are stated. */
function usable<T extends Fact>(all: readonly T[], asked: Meaning, rules: Rules): T[] {
  const about = all.filter(
    ({ meaning }) =>
      meaning.about === asked.about && (!rules.tellsPeopleApart || meaning.whose === asked.whose),
  );
  const forgotten = about.filter(({ meaning }) => meaning.isForget).map(({ at }) => at);
  const counting = about
    .filter(
      ({ meaning: { says, isOnce } }) => says !== null && !(rules.ignoresExceptions && isOnce),
    )
    .filter(({ at }) => !rules.forgets || !forgotten.some((day) => at <= day));
  const compared = counting.filter(
    (one) =>
      !rules.comparesNewer ||
      one.newer === undefined ||
      !counting.some(({ id, meaning }) => id === one.newer && meaning.says !== one.meaning.says),
  );
  if (!rules.laterHolds) return compared;
  const latest = compared
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  return compared.filter(({ at }) => at === latest);
}

function isSame(a: Meaning, b: Meaning): boolean {
  return a.about === b.about && a.whose === b.whose;
}

function attribute(attributes = "", name: string): string | undefined {
  return new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1];
}
