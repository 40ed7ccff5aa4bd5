import { personaChanges } from "../../app/verbs/learned.js";
import type { VerbInput } from "../../contract/verbs.js";
import { trialOutcomes } from "../../domain/alignment/trial.js";
import { personaHead, type PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import {
  findVersion,
  outcomeWithoutChange,
  parentVersion,
  versionName,
} from "../../domain/persona/version-history.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { counted, trialTexts } from "../output/figures.js";
import { changedLines, changedTextLines } from "../output/persona-changes.js";
import { terminalOf } from "../output/terminal.js";
import {
  isKnown,
  noMemoryOf,
  readLog,
  type ServerOption,
  withVerbs,
} from "../remote/with-verbs.js";

export async function runDiff(
  { user, from, to, url }: VerbInput<"diff"> & ServerOption,
  context: CommandContext,
): Promise<void> {
  if (context.json) {
    const compared = await withVerbs(context, { url }, (call) => call("diff", { user, from, to }));
    return writeJson(context, compared);
  }
  const { history, known } = await withVerbs(context, { url }, async (call) => ({
    history: await readLog(call, user),
    known: await isKnown(call, user),
  }));
  const after = to === undefined ? personaHead(history) : findVersion(user, history, to);
  const before =
    from === undefined ? parentVersion(after, history) : findVersion(user, history, from);
  if (!known) context.stdout.write(`${noMemoryOf(user)}.\n`);
  else if (from === undefined && after.parentId === null)
    context.stdout.write(`Version 0 of ${JSON.stringify(user)} is the first; it has no parent.\n`);
  else writeDiff(context, [before, after], history);
  if (from === undefined && to === undefined) writeRejected(context, history);
}

const shownRejected = 3;

/** Rejected updates have no version number, so nobody would find them by it. */
function writeRejected({ stdout }: CommandContext, history: readonly PersonaCheckpoint[]): void {
  const rejected = history.filter(
    (checkpoint) =>
      checkpoint.status === "rejected" && outcomeWithoutChange(checkpoint, history) === null,
  );
  if (rejected.length === 0) return;
  const latest = rejected.slice(-shownRejected).map(({ id }) => id);
  const more = rejected.length > latest.length ? `; the latest ${latest.length}` : "";
  const were = counted(rejected.length, "update was", "updates were");
  const { colors, write } = terminalOf(stdout);
  write(colors.dim(`${were} not taken, which \`--to <id>\` shows${more}: ${latest.join(", ")}`));
}

function writeDiff(
  { stdout }: CommandContext,
  [from, to]: readonly [PersonaCheckpoint, PersonaCheckpoint],
  history: readonly PersonaCheckpoint[],
): void {
  const { colors, write } = terminalOf(stdout);
  const changes = personaChanges(from, to);
  const lines = changedLines(changes, colors);
  const texts = changedTextLines(changes, colors);
  const trial = trialOutcomes(history).get(to.id);
  const standing = trial === undefined ? "" : `, which ${trialTexts[trial]}`;
  write(colors.dim(`${versionName(from, history)} → ${versionName(to, history)}${standing}`));
  for (const line of lines) write(line);
  if (texts.length > 0) write(colors.dim("the text of paper mode:"));
  for (const line of texts) write(line);
  if (lines.length + texts.length === 0) write("They say the same.");
}
