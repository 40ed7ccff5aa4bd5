import type { VerbOutput } from "../../contract/verbs.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { printable, printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

export async function runReflect(
  { user, url }: { readonly user: string } & ServerOption,
  context: CommandContext,
): Promise<void> {
  const { signal } = context;
  const result = await withVerbs(context, { url }, (call) => call("reflect", { user }, { signal }));
  if (context.json) writeJson(context, result);
  else writeReflection(context, result);
}

const outcomes = {
  reflected: "Nothing was learned.",
  "nothing-new": "No turn is new since the last reflection.",
  budget: "The day's reflections are used up.",
  off: "Reflections are off.",
} as const;

function writeReflection(
  { stdout }: CommandContext,
  { outcome, profile, reactions, alignment, rollback, degraded }: VerbOutput<"reflect">,
): void {
  const { width, write } = terminalOf(stdout);
  if (profile === null && reactions.length === 0) write(outcomes[outcome]);
  if (profile !== null) write(`Profile, version ${profile.version}:`);
  for (const { text } of profile?.statements ?? []) write(printable(`- ${text}`));
  for (const { episodeId, kind, groundTruth, confidence } of reactions) {
    const answer = groundTruth === null ? "" : `  → ${printableLine(groundTruth, width - 60)}`;
    write(`${episodeId}  inferred: ${kind}, ${confidence.toFixed(2)}${answer}`);
  }
  if (rollback !== null) write(rollback.reason);
  if (alignment.due) write("An alignment is due.");
  if (degraded.length > 0) write(`Not everything worked: ${degraded.join(", ")}.`);
}
