import { pointsOf } from "../../domain/scoring/points-of.js";
import {
  learnPrior,
  startingPrior,
  summariseEffects,
} from "../../domain/alignment/effect-prior.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";
import { terminalOf } from "../output/terminal.js";

export async function runAcceptance(
  { reset = false }: { readonly reset?: boolean },
  context: CommandContext,
): Promise<void> {
  const { forgotten, judged } = await withAgent(
    context,
    async ({ memory: { acceptance } }) => ({
      forgotten: reset ? await acceptance.reset() : null,
      judged: await acceptance.judged(),
    }),
    { mustExist: true },
  );
  const shown = {
    judged: judged.length,
    taken: judged.filter(({ accepted }) => accepted).length,
    start: summariseEffects(startingPrior),
    now: summariseEffects(learnPrior(judged)),
    forgotten,
  };
  if (context.json) writeJson(context, shown);
  else writeAcceptance(context, shown);
}

type Summary = ReturnType<typeof summariseEffects>;

function writeAcceptance(
  { stdout }: CommandContext,
  {
    judged,
    taken,
    start,
    now,
    forgotten,
  }: {
    readonly judged: number;
    readonly taken: number;
    readonly start: Summary;
    readonly now: Summary;
    readonly forgotten: number | null;
  },
): void {
  const { colors, write } = terminalOf(stdout);
  if (forgotten !== null)
    write(`${colors.green("✓")} Forgot ${counted(forgotten, "judged candidate")}.`);
  write(
    judged === 0
      ? "No candidate was judged yet; the starting prior holds."
      : `${counted(judged, "candidate")} judged, ${taken} taken.`,
  );
  write(colors.dim(row("what candidates are worth", "start", "now")));
  write(row("  mean, in points", pointsOf(start.expectedGain), pointsOf(now.expectedGain)));
  write(row("  real harm", percent(start.harmProbability), percent(now.harmProbability)));
  for (const [place, { effect, probability }] of start.effects.entries()) {
    const present = now.effects[place]?.probability ?? 0;
    write(row(`  ${pointsOf(effect)} points`, percent(probability), percent(present)));
  }
}

function row(name: string, start: string, now: string): string {
  return `${name.padEnd(28)}${start.padStart(8)}${now.padStart(8)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
