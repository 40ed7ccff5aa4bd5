import type { createPersonaAgent } from "../src/app/create-persona-agent.js";
import type { createTimeline } from "../src/formats/import-timeline.js";
import type { loadChatModel } from "../src/model/load-chat-model.js";
import type { ThreePreferences } from "./three-preferences-model.js";

/** What is needed of a build of this project. */
export interface Build {
  readonly createPersonaAgent: typeof createPersonaAgent;
  readonly loadChatModel: typeof loadChatModel;
  readonly createTimeline: typeof createTimeline;
}

/** An agent that remembers a user's history, a day between two interactions. */
export async function agentOf(build: Build, { id, history }: ThreePreferences, url: string) {
  const model = build.loadChatModel("openai:planted", { openaiBaseUrl: url });
  const agent = build.createPersonaAgent({ model, modelName: "openai:planted" });
  const toEpisode = build.createTimeline();
  const begin = Date.parse("2026-01-01T00:00:00.000Z");
  const episodes = history.map(({ query, answer }, place) =>
    toEpisode(id, {
      itemId: String(place),
      query,
      response: null,
      answer,
      at: new Date(begin + place * 86_400_000).toISOString(),
      coarse: false,
      task: "LaMP_2M",
    }),
  );
  await agent.memory.episodes.addMany(
    id,
    episodes.flatMap((episode) => episode ?? []),
  );
  return agent;
}

/** Its answers to the later questions, each forgotten again, so that the next question does not find it. */
export async function answersTo(
  { id, later }: ThreePreferences,
  agent: ReturnType<typeof createPersonaAgent>,
): Promise<string[]> {
  const answers: string[] = [];
  for (const { query } of later) {
    const { answer, episodeId } = await agent.ask(id, query, { settings: { reflection: false } });
    if (episodeId !== null) await agent.memory.episodes.delete(id, episodeId);
    answers.push(answer);
  }
  return answers;
}
