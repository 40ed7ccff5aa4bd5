import { type CommandContext, elapsedSeconds, withAgent, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";
import { createProgressBar } from "../output/progress-bar.js";

export async function runReindex(
  { user }: { readonly user?: string },
  context: CommandContext,
): Promise<void> {
  const start = performance.now();
  const bar = createProgressBar(context.stderr);
  const { episodes } = await withAgent(
    context,
    ({ memory }) =>
      memory.episodes.reindex(user, (done, total) => bar.update("episodes", done, total)),
    { mustExist: true },
  ).finally(bar.stop);
  const seconds = elapsedSeconds(start);
  if (context.json) return writeJson(context, { episodes, seconds });
  context.stdout.write(`Indexed ${counted(episodes, "interaction")} (${seconds.toFixed(1)} s).\n`);
}
