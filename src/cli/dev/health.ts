import { type CommandContext, writeJson } from "../cli-context.js";
import { ReportedFailure } from "../describe-error.js";
import { printable } from "../output/printable.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

/** @throws {ReportedFailure} When something does not answer, after the result was written. */
export async function runHealth({ url }: ServerOption, context: CommandContext): Promise<void> {
  const health = await withVerbs(context, { url }, (call) => call("health", {}));
  const { ok, store, index, jobs, unindexed } = health;
  if (context.json) writeJson(context, health);
  else {
    const line = (name: string, text: string) =>
      context.stdout.write(`${name.padEnd(7)}${printable(text)}\n`);
    line("store", store.error ?? "answers");
    line("index", `${index.kind}, ${index.error ?? "answers"}`);
    if (unindexed !== null && unindexed > 0)
      line("", `${unindexed} entries are not in the index yet`);
    if (jobs !== null)
      line("jobs", `${jobs.waiting} waiting, ${jobs.running} running, ${jobs.dead} dead`);
  }
  if (!ok) throw new ReportedFailure("Something does not answer.");
}
