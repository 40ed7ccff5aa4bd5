import type { FencedStore, FencedWrite } from "../../../src/memory/fenced-write.js";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import type { AlignSettings } from "../../../src/app/alignment-runs/aligner.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { openPgliteServer } from "../../../src/memory/postgres/pglite-server.js";
import { openPostgres } from "../../../src/memory/postgres/open-postgres.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { drink } from "../servers/alignment-server.js";

/** What a process does that aligns Ada's persona, and where it ends itself with `kill -9`. */
export interface ChildOrder {
  /** A PostgreSQL, or the folder of an embedded one. */
  readonly storage: { readonly url: string } | { readonly folder: string };
  readonly modelUrl: string;
  readonly settings: AlignSettings;
  readonly items: number;
  /** The true answer to each. */
  readonly groundTruth: string;
  readonly action: "align" | "approve";
  readonly death?: Death | undefined;
}

/** Before or after one write: of a checkpoint of the persona, or of the run's step that these nodes come after. */
export interface Death {
  readonly when: "before" | "after";
  readonly write: "persona" | "step" | "status";
  /** Of a step: the node that comes next, or `end`; of a status: the status. */
  readonly of?: string;
}

/** What the process says, a line of JSON each; written at once, so that it is said before a `kill -9`. */
export type ChildNews =
  /** The results of a task have reached the checkpointer. */
  | { readonly kind: "kept"; readonly results: readonly string[] }
  | {
      readonly kind: "done";
      readonly result: unknown;
      readonly log: unknown;
      /** What the deployment keeps of its judged candidates. */
      readonly judged: unknown;
      readonly status: string;
    }
  | { readonly kind: "failed"; readonly code: string };

// Told late, so that a process can be made ready while another one still works.
const [line = ""] = await once(createInterface({ input: process.stdin }), "line");
const order = JSON.parse(String(line)) as ChildOrder;
const say = (news: ChildNews) => void writeSync(1, `${JSON.stringify(news)}\n`);
const dies = (write: Death["write"], when: Death["when"], of?: string) => {
  const { death } = order;
  if (death?.write === write && death.when === when && death.of === of)
    process.kill(process.pid, "SIGKILL");
};

const embedded =
  "folder" in order.storage ? await openPgliteServer({ folder: order.storage.folder }) : null;
const { store, checkpointer, close } = await openPostgres({
  url: "url" in order.storage ? order.storage.url : (embedded?.url ?? ""),
  embedded: embedded !== null,
});
const agent = createPersonaAgent({
  store: dyingStore(store),
  checkpointer: dyingSaver(checkpointer),
  model: loadChatModel("openai:tiny", { openaiBaseUrl: order.modelUrl }),
  now: () => new Date("2026-05-01T10:00:00.000Z"),
});
const { memory } = agent;
await memory.episodes.addMany(
  "ada",
  Array.from({ length: order.items }, (_, n) => drink(n, order.groundTruth)),
);
try {
  const result =
    order.action === "align"
      ? await agent.align("ada", { settings: order.settings })
      : await agent.review("ada", { decision: "approve", author: "bea" });
  const { status } = await memory.alignments.get("ada");
  const [log, judged] = [await memory.personas.history("ada"), await memory.acceptance.judged()];
  say({ kind: "done", result, log, judged, status });
} catch (error) {
  say({ kind: "failed", code: String((error as { readonly code?: string }).code ?? error) });
}
await close();
await embedded?.close();
process.stdin.destroy();

/** Ends the process around a write of the persona log, or of the alignment's record. */
function dyingStore(inner: BaseStore & FencedStore): BaseStore {
  const writeFenced = inner.writeFenced.bind(inner);
  const watched = async (write: FencedWrite) => {
    const puts = write.changes.map(({ namespace, value }) => ({ name: namespace.at(-1), value }));
    const around = (when: Death["when"]) => {
      for (const { name, value } of puts) {
        if (name === "personas") dies("persona", when);
        if (name === "alignment") dies("status", when, (value as { status: string }).status);
      }
    };
    around("before");
    const outcome = await writeFenced(write);
    around("after");
    return outcome;
  };
  return new Proxy(inner, {
    get(target, name) {
      if (name === "writeFenced") return watched;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Ends the process around a step of the run, and tells what results have been kept. */
function dyingSaver(saver: BaseCheckpointSaver): BaseCheckpointSaver {
  const put = saver.put.bind(saver);
  const putWrites = saver.putWrites.bind(saver);
  saver.put = async (config, checkpoint, metadata, versions) => {
    const isOfRun = (config.configurable?.["checkpoint_ns"] ?? "") === "";
    const next = isOfRun ? nextNode(checkpoint.channel_values) : "inside a node";
    dies("step", "before", next);
    const kept = await put(config, checkpoint, metadata, versions);
    dies("step", "after", next);
    return kept;
  };
  saver.putWrites = async (config, writes, task) => {
    await putWrites(config, writes, task);
    if ((config.configurable?.["checkpoint_ns"] ?? "") !== "") return;
    const results = writes.flatMap(([channel, value]) => resultsOf(channel, value));
    if (results.length > 0) say({ kind: "kept", results });
  };
  return saver;
}

function nextNode(values: Readonly<Record<string, unknown>>): string {
  if ("__start__" in values) return "start";
  const [send] = (values["__pregel_tasks"] ?? []) as { readonly node: string }[];
  const branch = Object.keys(values).find((channel) => channel.startsWith("branch:to:"));
  return send?.node ?? branch?.slice("branch:to:".length) ?? "end";
}

/** Of a profile for simulations: the items that it is for. */
type KeptProfile = { readonly episodeIds: readonly string[] };
type Kept = {
  readonly episodeId: string;
  readonly persona?: string;
  /** Of a judgement. */
  readonly candidate?: string;
};

/** Names of what was kept, as the test names the requests that it took. */
function resultsOf(channel: string, value: unknown): string[] {
  if (value === null) return [];
  if (channel === "profile") return ["profile"];
  if (channel === "simulationProfiles")
    return listOf<KeptProfile>(value).map(({ episodeIds }) => `profile ${episodeIds.join(",")}`);
  const kinds = { answers: "simulation", critiques: "critique", judgements: "verdict" };
  const kind = kinds[channel as keyof typeof kinds];
  if (kind === undefined) return [];
  return listOf<Kept>(value).map(
    ({ episodeId, persona, candidate }) => `${kind} ${episodeId} ${persona ?? candidate}`,
  );
}

/** The node that begins a run empties the lists, with something that is no list. */
function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [];
}
