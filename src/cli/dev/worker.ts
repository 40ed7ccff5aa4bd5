import { openPersonaAgent } from "../../app/open-persona-agent.js";
import { workOnJobs } from "../../app/alignment-runs/job-worker.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, openUnlessStopped } from "../cli-context.js";
import { printable } from "../output/printable.js";

/** Does jobs until the signal. */
export async function runWorker(
  { concurrency }: { readonly concurrency: number },
  { env, signal, stdout }: CommandContext,
): Promise<void> {
  for (const name of ["DATABASE_URL", "CHROMA_URL"])
    if (!env[name]?.trim())
      throw new PersonaAgentError(
        "config-invalid",
        `${name} is not set; expected the address that the other processes use too. Set it: a worker shares their memory.`,
      );
  const log = (line: string) => void stdout.write(`${printable(line)}\n`);
  const agent = await openUnlessStopped(signal, () =>
    openPersonaAgent({ ...env, JOBS: "postgres" }, { log }),
  );
  try {
    log("Waiting for jobs.");
    if (agent.jobs !== null) await workOnJobs(agent.jobs, agent, { concurrency, signal, log });
  } finally {
    await agent.close();
  }
}
