import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { padColumns, printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

type Cost = VerbOutput<"usage">["total"];
type UsageOptions = Omit<VerbInput<"usage"> & VerbInput<"usages">, "user"> & {
  readonly user?: string;
} & ServerOption;

/** What one user's model calls cost, by kind and time; or everybody's, a line each. */
export async function runUsage(
  { user, url, from, to, per, limit, after }: UsageOptions,
  context: CommandContext,
): Promise<void> {
  if (user !== undefined) {
    const shown = await withVerbs(context, { url }, (call) =>
      call("usage", { user, from, to, per }),
    );
    if (context.json) return writeJson(context, shown);
    const kinds = Object.entries(shown.kinds).map(([kind, cost]) => ({ name: kind, cost }));
    const times = shown.times.map(({ time, ...cost }) => ({ name: time, cost }));
    return writeCosts(context, [...kinds, ...times, { name: "total", cost: shown.total }]);
  }
  const shown = await withVerbs(context, { url }, (call) =>
    call("usages", { from, to, limit, after }),
  );
  if (context.json) return writeJson(context, shown);
  writeCosts(context, [
    ...shown.users.map((each) => ({
      name: each.user,
      cost: each.usage,
      more: each.lastActive?.slice(0, 10) ?? "",
    })),
    { name: "total", cost: shown.total },
  ]);
  if (shown.next !== null) context.stdout.write(`More: --after ${JSON.stringify(shown.next)}\n`);
}

function writeCosts(
  { stdout }: CommandContext,
  rows: readonly { readonly name: string; readonly cost: Cost; readonly more?: string }[],
): void {
  const { colors, write } = terminalOf(stdout);
  const wide = Math.min(40, Math.max(10, ...rows.map(({ name }) => name.length)));
  const line = (name: string, figures: readonly string[], more = "") =>
    `${padColumns(printableLine(name, wide), wide)}  ${figures.map((each) => each.padStart(10)).join("")}  ${more}`.trimEnd();
  write(colors.dim(line("", ["calls", "in", "out", "cost"])));
  for (const { name, cost, more } of rows) {
    const price = cost.cost === null ? "–" : cost.cost.toFixed(4);
    write(line(name, [String(cost.calls), String(cost.in), String(cost.out), price], more));
  }
}
