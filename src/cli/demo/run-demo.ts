import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnResult } from "../../app/ask.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { untilStopped } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { bo } from "./bo.js";
import { demoEpisodes, type DemoUser, filmQuestion } from "./demo-user.js";
import { ines } from "./ines.js";
import { learn, type LearnedTogether, together } from "./learn.js";
import type { Screen, DemoRecall, ShownTurn } from "./screen.js";

/** What `npm run demo -- --json` prints, without the time it took. This shape is a contract. */
export interface DemoReport {
  readonly model: string;
  readonly index: string;
  /** Each user's answer to the same closed question. */
  readonly users: readonly {
    readonly user: string;
    readonly question: string;
    readonly answer: string;
    readonly personaVersion: number;
    /** Best first. */
    readonly recalled: readonly DemoRecall[];
  }[];
  /** What aligning all users' personas came to. */
  readonly alignment: LearnedTogether;
}

export const demoUsers: readonly DemoUser[] = [ines, bo];
export const closedQuestion = filmQuestion("It is Friday and I want to unwind.");
const openQuestion = "What should I cook when friends come over on Saturday?";
const news = "I have booked a sleeper to Trieste for December.";
const questionAboutNews = "Where does my sleeper go?";

/** Invented users belong into no real memory: of the environment only what names models and tools is taken. */
const passedOn = /^(?:MODEL|ALIGNMENT_MODEL|EMBEDDINGS|INDEX|OPENAI_.*|WIKIPEDIA_.*)$/;

/**
 * The whole loop on embedded services in a folder that is gone afterwards: histories come in, profiles are drawn,
 * both users ask the same, one tells something new and asks for it in another thread, and both personas are aligned.
 *
 * @throws {PersonaAgentError} As opening and asking do. The signal's reason when it was aborted.
 */
export async function runDemo(
  { env, signal, openAgent }: Pick<CliContext, "env" | "signal" | "openAgent">,
  screen: Screen,
): Promise<DemoReport> {
  const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-demo-"));
  const removal = { recursive: true, force: true, maxRetries: 5 } as const;
  // Ctrl-C may come while the services still start, and npm passes it on once more, which ends the process at once.
  const removeAtExit = () => rmSync(dataDir, removal);
  process.once("exit", removeAtExit);
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => passedOn.test(name)));
  // It aligns itself, to show it: one in the background would come before it on a slow machine.
  const options = { dataDir, command: "persona-agent demo", backgroundAlignment: false };
  const agent = await untilStopped(signal, () => openAgent(given, options));
  try {
    return await untilStopped(signal, () => play(agent, screen, signal));
  } finally {
    await agent.close();
    await rm(dataDir, removal);
    process.off("exit", removeAtExit);
  }
}

async function play(agent: OpenAgent, screen: Screen, signal: AbortSignal): Promise<DemoReport> {
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

  screen.part(`${ines.id} tells something new`, news);
  screen.turn(await ask(ines.id, news));
  screen.part("In a new thread both ask for it", questionAboutNews);
  for (const user of demoUsers) screen.turn(await ask(user.id, questionAboutNews, `${user.id} 2`));

  screen.learning();
  const learned = [];
  for (const user of demoUsers) {
    const ofUser = await learn(agent, user, { signal, aligning: screen.aligning });
    screen.learned(ofUser);
    learned.push(ofUser);
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

/** A turn with the interactions that it rests on, read back from memory. */
async function shown(
  agent: OpenAgent,
  user: string,
  turn: TurnResult,
  milliseconds: number,
): Promise<ShownTurn> {
  const found = await Promise.all(
    turn.recalled.map(async ({ id, score }) => ({
      score,
      episode: await agent.memory.episodes.get(user, id),
    })),
  );
  const recalled = found.flatMap(({ episode, score }) => {
    if (episode === null) return [];
    const { id, at, query, groundTruth: answer } = episode;
    return [{ id, score, at, query, answer }];
  });
  const { answer, personaVersion, tools, degraded, usage } = turn;
  const toolNames = tools.map(({ name, ok }) => (ok ? name : `${name} (failed)`));
  return {
    user,
    answer,
    personaVersion,
    recalled,
    tools: toolNames,
    degraded,
    calls: usage.calls,
    milliseconds,
  };
}
