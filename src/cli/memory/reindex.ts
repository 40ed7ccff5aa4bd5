import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { commonOptions, elapsedSeconds, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";

export function addReindexCommand(program: Command, context: CliContext): void {
  program
    .command("reindex")
    .description("rebuild the search index from what is stored")
    .option("--user <id>", "only this user's")
    .action((options: { readonly user?: string }, command: Command) =>
      runReindex(options.user, command, context),
    );
}

async function runReindex(
  userId: string | undefined,
  command: Command,
  context: CliContext,
): Promise<void> {
  const start = performance.now();
  const user = userId === undefined ? undefined : parseUserId(userId);
  const { createProgressBar } = await import("../output/progress-bar.js");
  const bar = createProgressBar(context.stderr);
  try {
    const { episodes } = await withAgent(context, command, ({ memory }) =>
      memory.episodes.reindex(user, (done, total) => bar.update("episodes", done, total)),
    );
    bar.stop();
    const seconds = elapsedSeconds(start);
    if (commonOptions(command).json) writeJson(context, { episodes, seconds });
    else context.stdout.write(`${episodes} episodes are in the index (${seconds.toFixed(1)} s).\n`);
  } finally {
    bar.stop();
  }
}
