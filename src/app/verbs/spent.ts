import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { costOf, type Prices, type Spent } from "../../domain/spending.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { dayOf } from "../../memory/spending-log.js";
import { mapConcurrently } from "../../system/map-concurrently.js";

interface SpentDeps {
  readonly memory: Pick<Memory, "spending" | "personas" | "episodes">;
  readonly prices: Prices;
}

interface Cost {
  readonly calls: number;
  readonly in: number;
  readonly out: number;
  readonly cost: number | null;
}

interface Entry extends Cost {
  readonly kind: Spent["kind"] | "alignment";
  readonly day: string;
}

const nothing: Cost = { calls: 0, in: 0, out: 0, cost: 0 };
const usersOfPage = 100;
const readAtOnce = 8;

export async function showUsage(
  { user, per = "day", ...days }: VerbInput<"usage">,
  deps: SpentDeps,
): Promise<VerbOutput<"usage">> {
  const entries = await entriesOf(user, days, deps);
  const timeOf = ({ day }: Entry) => day.slice(0, per === "month" ? 7 : 10);
  const times = [...new Set(entries.map(timeOf))].toSorted();
  const of = (kind: Entry["kind"]) => sum(entries.filter((entry) => entry.kind === kind));
  return {
    user: parseUserId(user),
    total: sum(entries),
    kinds: {
      turn: of("turn"),
      alignment: of("alignment"),
      reflection: of("reflection"),
      profile: of("profile"),
    },
    times: times.map((time) => ({
      time,
      ...sum(entries.filter((entry) => timeOf(entry) === time)),
    })),
  };
}

export async function showActivity(
  { limit = usersOfPage, after, ...days }: VerbInput<"usages">,
  deps: SpentDeps,
): Promise<VerbOutput<"usages">> {
  const all = await deps.memory.episodes.users();
  const later = after === undefined ? all : all.filter((user) => user > after);
  const names = later.slice(0, limit);
  const found = new Map<string, VerbOutput<"usages">["users"][number]>();
  await mapConcurrently(names, readAtOnce, async (user) => {
    const [entries, [latest]] = await Promise.all([
      entriesOf(user, days, deps),
      deps.memory.episodes.latest(user, 1),
    ]);
    found.set(user, { user, lastActive: latest?.at ?? null, usage: sum(entries) });
  });
  const users = names.flatMap((user) => found.get(user) ?? []);
  const next = later.length > names.length ? (names.at(-1) ?? null) : null;
  return { users, total: sum(users.map(({ usage }) => usage)), next };
}

/** Of alignments, the log of the persona tells; of everything else, a record a day. */
async function entriesOf(
  user: string,
  { from, to }: Pick<VerbInput<"usage">, "from" | "to">,
  { memory, prices }: SpentDeps,
): Promise<Entry[]> {
  const [days, checkpoints] = await Promise.all([
    memory.spending.days(user),
    memory.personas.history(user),
  ]);
  const entries = [
    ...days.flatMap(({ day, spent }) =>
      spent.map(({ kind, model, ...tokens }) => ({
        kind,
        day,
        ...tokens,
        cost: costOf({ model, ...tokens }, prices),
      })),
    ),
    ...checkpoints.flatMap(({ at, alignment }) =>
      alignment === null ? [] : [{ day: dayOf(at), ...costOfAlignment(alignment, prices) }],
    ),
  ];
  return entries.filter(
    ({ day }) => (from === undefined || day >= from) && (to === undefined || day <= to),
  );
}

/** Which of its two models spent what is not recorded: all of it counts at the dearer one's price. */
function costOfAlignment(
  {
    usage: { calls, tokens },
    models,
  }: {
    readonly usage: { readonly calls: number; readonly tokens: Pick<Cost, "in" | "out"> };
    readonly models: { readonly agent: string; readonly alignment: string };
  },
  prices: Prices,
) {
  const costs = [models.agent, models.alignment].map((model) =>
    costOf({ model, ...tokens }, prices),
  );
  const known = costs.filter((cost) => cost !== null);
  const cost = known.length < costs.length ? null : Math.max(...known);
  return { kind: "alignment" as const, calls, ...tokens, cost };
}

function sum(entries: readonly Cost[]): Cost {
  return entries.reduce(
    (all, { calls, in: given, out, cost }) => ({
      calls: all.calls + calls,
      in: all.in + given,
      out: all.out + out,
      cost: all.cost === null || cost === null ? null : all.cost + cost,
    }),
    nothing,
  );
}
