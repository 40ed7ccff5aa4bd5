import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { agentUnderTest } from "../agents/agent-under-test.js";
import { seeded } from "./planted-user.js";

/** The number of turns of one trial. */
export const trialTurns = 30;

/** An agent over a model behind OpenAI's protocol. */
export function agentOverHttp(url: string, options: Parameters<typeof agentUnderTest>[1] = {}) {
  return agentUnderTest(loadChatModel("openai:conversation", { openaiBaseUrl: url }), options);
}

/** The nth message of a user who only reacts: what they say of the answer before, and the next question. */
export function reactingMessage(n: number, isRight: boolean): string {
  const reaction = isRight ? "Yes, right." : "No, tea.";
  return `${n === 0 ? "Hello." : reaction} What shall I drink at stop ${n} of the line?`;
}

/** What came of one conversation. */
export interface ReactionTrial {
  /** True answers that were inferred. */
  readonly answers: number;
  /** Updates that an alignment validated. */
  readonly proposals: number;
  /** Whether the persona ever held a line. */
  readonly learned: boolean;
}

/**
 * A conversation of `trialTurns` turns: the user wants tea each time and says so (`planted`), or says by the toss of a
 * coin that the answer was right, or that they want tea (`random`). Nobody gives feedback; what is due is done at once.
 */
export async function runReactionTrial(
  url: string,
  reactions: "planted" | "random",
  seed: number,
): Promise<ReactionTrial> {
  const agent = agentOverHttp(url);
  const random = seeded("reactions", seed);
  let [answers, answer] = [0, ""];
  for (let n = 0; n < trialTurns; n++) {
    const isRight = reactions === "planted" ? answer === "tea" : random() < 0.5;
    const turn = await agent.ask("ada", reactingMessage(n, isRight), { threadId: "trip" });
    ({ answer } = turn);
    agent.clock.advanceDays(0.01);
    if (!turn.reflection.due) continue;
    const { reactions: inferred, alignment } = await agent.reflect("ada");
    answers += inferred.filter(({ groundTruth }) => groundTruth !== null).length;
    if (alignment.due) await agent.align("ada");
  }
  const history = await agent.memory.personas.history("ada");
  return {
    answers,
    proposals: history.filter(({ author }) => author === "alignment").length,
    learned: history.some(({ status, lines }) => status === "active" && lines.length > 0),
  };
}
