import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnResult } from "../../app/ask.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { type CliContext, untilStopped } from "../cli-context.js";
import { bo } from "./bo.js";
import { choiceQuestion, demoEpisodes, type DemoUser } from "./demo-user.js";
import { ines } from "./ines.js";
import { learn, together } from "./learn.js";
import type { Screen, ShownTurn } from "./screen.js";

export const demoUsers: readonly DemoUser[] = [ines, bo];
export const closedQuestion = choiceQuestion("a film", "It is Friday and I want to unwind.");
const openQuestion = "What should I cook when friends come over on Saturday?";
const news = "I have booked a sleeper to Trieste for December.";
const questionAboutNews = "Where does my sleeper go?";

/** Only the settings of models and tools: the invented users must not reach a real memory. */
const sharedSettings =
  /^(?:(?:ALIGNMENT_)?MODEL(?:_.*)?|EMBEDDINGS(?:_.*)?|INDEX|OPENAI_.*|WIKIPEDIA_.*)$/;

/**
 * The whole loop on embedded services in a temporary folder: histories are imported, profiles are drawn, both users ask
 * the same, one says something new and asks for it in another thread, and both personas are aligned.
 *
 * @returns What `npm run demo -- --json` prints, without the seconds. This shape is a contract.
 * @throws {PersonaAgentError} As opening and asking do. The signal's reason when it was aborted.
 */
export async function runDemo(
  { env, signal, openAgent }: Pick<CliContext, "env" | "signal" | "openAgent">,
  screen: Screen,
) {
  const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-demo-"));
  const removal = { recursive: true, force: true, maxRetries: 5 } as const;
  // Ctrl-C may come while the services start, and npm forwards it a second time, which ends the process at once.
  const removeAtExit = () => rmSync(dataDir, removal);
  process.once("exit", removeAtExit);
  const settings = Object.fromEntries(
    Object.entries(env).filter(([name]) => sharedSettings.test(name)),
  );
  // The demo aligns by itself, to show it; on a slow machine one in the background would come first.
  const options = {
    dataDir,
    command: "persona-agent demo",
    backgroundAlignment: false,
    backgroundReflection: false,
  };
  const agent = await untilStopped(signal, () => openAgent(settings, options));
  try {
    return await untilStopped(signal, () => play(agent, screen, signal));
  } finally {
    await agent.close();
    await rm(dataDir, removal);
    process.off("exit", removeAtExit);
  }
}

async function play(agent: OpenAgent, screen: Screen, signal: AbortSignal) {
  screen.services(agent.info);
  for (const user of demoUsers) {
    await agent.memory.episodes.addMany(user.id, demoEpisodes(user.id, user.history));
    const { profile } = await agent.buildProfile(user.id, { signal });
    screen.user(user, profile?.statements ?? []);
  }

  const ask = async (user: string, question: string, threadId = `${user} 1`) => {
    const start = performance.now();
    const turn = await agent.ask(user, question, { threadId, signal });
    return shown(agent, user, turn, performance.now() - start);
  };
  const askBoth = (question: string) =>
    Promise.all(demoUsers.map((user) => ask(user.id, question)));

  screen.part("One question for both, with answers to choose from", closedQuestion);
  const closed = await askBoth(closedQuestion);
  for (const turn of closed) screen.turn(turn);

  screen.part("One question for both, open", openQuestion);
  for (const turn of await askBoth(openQuestion)) screen.turn(turn);

  screen.part(`${ines.id} says something new`, news);
  screen.turn(await ask(ines.id, news));
  screen.part("In a new thread both ask for it", questionAboutNews);
  for (const user of demoUsers) screen.turn(await ask(user.id, questionAboutNews, `${user.id} 2`));

  screen.learning();
  const learned = [];
  for (const user of demoUsers) {
    const result = await learn(agent, user, { signal, aligning: screen.aligning });
    screen.learned(result);
    learned.push(result);
  }

  return {
    model: agent.info.model,
    index: agent.info.index,
    users: closed.map(({ user, answer, personaVersion, recalled }) => ({
      user,
      question: closedQuestion,
      answer,
      personaVersion,
      recalled,
    })),
    alignment: together(learned),
  };
}

/** A turn with its recalled interactions, read back from memory. */
async function shown(
  agent: OpenAgent,
  user: string,
  { answer, personaVersion, recalled, tools, degraded, usage }: TurnResult,
  milliseconds: number,
): Promise<ShownTurn> {
  const found = await Promise.all(
    recalled.map(async ({ id, score }) => {
      const episode = await agent.memory.episodes.get(user, id);
      if (episode === null) return [];
      const { at, query, groundTruth } = episode;
      return [{ id, score, at, query, answer: groundTruth }];
    }),
  );
  return {
    user,
    answer,
    personaVersion,
    recalled: found.flat(),
    tools: tools.map(({ name, ok }) => (ok ? name : `${name} (failed)`)),
    degraded,
    calls: usage.calls,
    milliseconds,
  };
}
