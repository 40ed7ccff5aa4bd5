import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { workOnJobs } from "../../../src/app/alignment-runs/job-worker.js";
import { openPersonaAgent } from "../../../src/app/open-persona-agent.js";
import { PersonaAgentError } from "../../../src/system/errors.js";

/** What a serving process is told, a line of JSON each. `id` names the order in the news of it. */
export type ServingOrder = { readonly id: number; readonly user: string } & (
  | { readonly do: "ask"; readonly message: string }
  | { readonly do: "feedback"; readonly episodeId: string; readonly text: string }
);

/** What it says, at once, so that it is said before a `kill -9`. */
export type ServingNews =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly id: number; readonly code: string }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly episodeId: string | null;
      readonly recalled: readonly string[];
    }
  /** `not-aligned`: another process is at it. */
  | {
      readonly kind: "aligning" | "aligned" | "not-aligned";
      readonly user: string;
      readonly at: number;
    }
  | { readonly kind: "says"; readonly line: string };

const say = (news: ServingNews) => void writeSync(1, `${JSON.stringify(news)}\n`);
const log = (line: string) => say({ kind: "says", line });
const codeOf = (error: unknown) => (PersonaAgentError.is(error) ? error.code : String(error));

const stopped = new AbortController();
const agent = await openPersonaAgent({ ...process.env, JOBS: "postgres" }, { log });
const { jobs } = agent;
if (jobs === null) throw new Error("There is no job queue.");
const working = workOnJobs(
  jobs,
  {
    status: agent.status,
    reflect: agent.reflect,
    async align(user, options) {
      say({ kind: "aligning", user, at: Date.now() });
      let kind: "aligned" | "not-aligned" = "aligned";
      try {
        return await agent.align(user, options);
      } catch (error) {
        if (PersonaAgentError.is(error, "memory-alignment-running")) kind = "not-aligned";
        throw error;
      } finally {
        say({ kind, user, at: Date.now() });
      }
    },
  },
  { concurrency: 2, signal: stopped.signal, log, pollMs: 200, recoverMs: 500 },
);
say({ kind: "ready" });

const settings = { alignAfter: 4, reflection: false };
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void obey(JSON.parse(line) as ServingOrder));
await once(lines, "close");
stopped.abort();
await working;
await agent.close();

async function obey(order: ServingOrder): Promise<void> {
  const { id, user } = order;
  try {
    if (order.do === "ask") {
      const turn = await agent.ask(user, order.message, { settings });
      const recalled = turn.recalled.map((each) => each.id);
      say({ kind: "done", id, episodeId: turn.episodeId, recalled });
    } else {
      const { episodeId, text } = order;
      await agent.feedback(user, { episodeId, kind: "answer", text, settings });
      say({ kind: "done", id, episodeId, recalled: [] });
    }
  } catch (error) {
    say({ kind: "refused", id, code: codeOf(error) });
  }
}
