/**
 * Asks the invented histories of `test/support/changes` and counts the answers that hold, by kind: by a reader that does
 * what its prompt says, with and without the rules and the marks, and by the offline model. The table of docs/memory.md.
 *
 *     npx tsx bench/what-changed.ts
 */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { OfflineChatModel } from "../src/model/offline/offline-chat-model.js";
import { histories } from "../test/support/changes/all-histories.js";
import { askHistory, meaningsOf, type Outcomes } from "../test/support/changes/ask-histories.js";
import { marks, rules, without } from "../test/support/changes/without-rules.js";
import { literalReader } from "../test/support/models/literal-reader.js";
import { ScriptedModel } from "../test/support/models/scripted-model.js";

const meanings = meaningsOf(histories);

function reading(sees?: (prompt: string) => string): () => BaseChatModel {
  const { answer, describe } = literalReader((text) => meanings.get(text) ?? null, sees);
  return () => new ScriptedModel([answer, answer, describe, describe, answer, answer]);
}

const models: readonly (readonly [string, () => BaseChatModel])[] = [
  ["reader", reading()],
  ["reader, no marks", reading(without(marks).sees)],
  ["reader, no rules", reading(without(rules).sees)],
  ["reader, neither", reading(without([...marks, ...rules]).sees)],
  ["offline model", () => new OfflineChatModel()],
];
for (const [name, model] of models) {
  const outcomes: Outcomes[] = [];
  for (const history of histories) outcomes.push(await askHistory(history, model()));
  for (const source of ["recall", "profile"] as const) {
    const all = outcomes.map((each) => each[source]);
    const kinds = [...new Set(all.map(({ history }) => history.kind))].map((kind) => {
      const some = all.filter(({ history }) => history.kind === kind);
      return `${kind} ${some.filter(({ holds }) => holds).length}/${some.length}`;
    });
    const holding = all.filter(({ holds }) => holds).length;
    const lost = all.filter(({ isLost }) => isLost).length;
    process.stdout.write(
      `${name}, ${source}: ${holding} of ${all.length} hold, ${lost} lost (${kinds.join(", ")})\n`,
    );
  }
}
