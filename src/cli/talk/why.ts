import { parseQuestion } from "../../domain/lamp-question.js";
import type { TurnResult } from "../../app/ask.js";
import type { TurnReasons } from "../../app/explain-turn.js";
import type { CliContext } from "../cli-context.js";
import { oneLine, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";

/** What an answer was made from, for a person: each text whole. */
export function writeWhy(
  { stdout }: CliContext,
  { why, tools }: Pick<TurnResult, "tools"> & { readonly why: TurnReasons },
): void {
  const { colors, width, write } = terminalOf(stdout);
  const section = (title: string) => write(colors.dim(`\n${title}`));
  const text = (words: string) => {
    for (const line of wrap(oneLine(words), width - 2)) write(`  ${line}`);
  };
  section(why.recalled.length === 0 ? "Nothing was recalled." : "Recalled:");
  const found = why.recalled.toSorted((a, b) => b.score - a.score);
  for (const { id, at, query, response, answer, score, by, words } of found) {
    const how = {
      similar: `score ${score.toFixed(2)}, ${words.length === 0 ? "by meaning" : `by words: ${words.join(", ")}`}`,
      latest: "one of the latest",
      tool: `score ${score.toFixed(2)}, found by a tool`,
    }[by];
    write(colors.dim(`  ${id}  ${at?.slice(0, 10) ?? "undated"}  ${how}`));
    text(parseQuestion(query).subject);
    const reply = answer ?? response;
    if (reply !== null) text(`${answer === null ? "response" : "true answer"}: ${reply}`);
  }
  section(why.profile === "" ? "No profile stood in the prompt." : "Profile in the prompt:");
  for (const line of why.profile.split("\n").filter((each) => each !== "")) text(line);
  section(why.lines.length === 0 ? "No learned line stood in the prompt." : "Learned lines:");
  for (const { text: line, tool } of why.lines)
    text(`- ${line}${tool === null ? "" : ` (about ${tool})`}`);
  const ran = tools.map(({ name, ok }) => (ok ? name : `${name} (failed)`));
  section(ran.length === 0 ? "No tool ran." : `Tools: ${ran.join(", ")}`);
}
