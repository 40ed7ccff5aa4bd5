import type { PersonaAgent } from "../../../src/app/persona-agent.js";
import { PersonaAgentError } from "../../../src/system/errors.js";

export const writtenUser = "ada";

/** An episode's text, and what different writers do to one. What is gone by then is no failure. */
export const deeds = {
  async respond(agent: PersonaAgent, id: string) {
    for (const response of ["black", "green"]) await answered(agent, id, response);
  },
  async correct(agent: PersonaAgent, id: string) {
    await unlessGone(agent.correct(writtenUser, id, "white", { author: "a friend" }));
  },
  async answer(agent: PersonaAgent, id: string) {
    await answered(agent, id, "red");
    await unlessGone(agent.feedback(writtenUser, { episodeId: id, kind: "answer", text: "white" }));
  },
  async forget(agent: PersonaAgent, id: string) {
    await unlessGone(agent.forget(writtenUser, id));
  },
};
export type DeedName = keyof typeof deeds;

/** As a turn that is made again. */
async function answered(agent: PersonaAgent, id: string, response: string) {
  const stored = await agent.memory.episodes.get(writtenUser, id);
  if (stored === null) return;
  await agent.memory.episodes.add(
    writtenUser,
    { ...stored, response, groundTruth: null, feedback: null, replacedResponses: [] },
    { startedAt: stored.at ?? "" },
  );
}

async function unlessGone(work: Promise<unknown>) {
  await work.catch((error: unknown) => {
    if (!PersonaAgentError.is(error, "config-episode-unknown")) throw error;
  });
}
