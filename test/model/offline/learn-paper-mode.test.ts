import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { checkPaperText } from "../../../src/domain/persona/apply-update.js";
import { defaultLocale } from "../../../src/domain/locale.js";
import { defaultPersonaLimits } from "../../../src/domain/persona/persona-limits.js";
import { estimateTokens } from "../../../src/domain/text/storable-text.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { renderAgentRequest } from "../../../src/prompts/agent/system-message.js";
import { type SimulatedPair } from "../../../src/prompts/learning/textual-loss.js";
import {
  readPaperReply,
  renderPaperGradientRequest,
  renderPaperLossRequest,
} from "../../../src/prompts/learning/paper-mode.js";

const model = new OfflineChatModel();
const firstPersona = renderAgentRequest({
  mode: "paper",
  summary:
    '- Usually answers "window" (9 of 12), most of all to texts with words like train.\n- Said: “I sleep badly.”',
  lines: [],
  recalled: [],
  at: null,
  locale: defaultLocale,
  paperSystemPrompt: null,
  summaryAt: null,
  hasTools: true,
  answerNow: false,
});
const seat = (where: string) => `Choose a seat: ${where} Answer with one of: aisle, window.`;

async function reply(request: string): Promise<string> {
  return readPaperReply((await model.invoke([new HumanMessage(request)])).text);
}

function pair(question: string, simulatedAnswer: string, trueAnswer: string): SimulatedPair {
  return { question, simulatedAnswer, trueAnswer, score: null };
}

async function rewritten(persona: string, pairs: readonly SimulatedPair[]): Promise<string> {
  const feedback = await Promise.all(pairs.map((each) => reply(renderPaperLossRequest(each))));
  return reply(renderPaperGradientRequest(persona, feedback));
}

async function answerUnder(persona: string, question: string): Promise<string> {
  return (await model.invoke([new SystemMessage(persona), new HumanMessage(question)])).text;
}

const nights = [
  pair(seat("A night train to Kraków."), "window", "aisle"),
  pair(seat("A bus at noon."), "window", "window"),
  pair(seat("The night train home."), "window", "aisle"),
];

describe("paper mode offline", () => {
  it("gives feedback with the three tips, and says whether the answer was right", async () => {
    const [wrong = "", right = ""] = await Promise.all(
      nights.map((each) => reply(renderPaperLossRequest(each))),
    );
    expect(wrong).toMatch(/^The answer is wrong/);
    expect(wrong).toMatch(
      /^Preference: Answers "aisle" when the question mentions .*night, train/m,
    );
    expect(wrong).toMatch(/^Search keywords: .*night/m);
    expect(wrong).toMatch(/^Profile: /m);
    expect(right).toMatch(/^The answer is right/);
  });

  it("writes a whole persona that keeps the old one and answers by what it adds", async () => {
    const persona = await rewritten(firstPersona, nights);
    expect(persona).toContain("MUST use at least TWO tools");
    expect(persona).toContain("I sleep badly");
    expect(persona).toMatch(/^- Answers "aisle" when the question mentions night, train\.$/m);
    expect(checkPaperText(persona, firstPersona, defaultPersonaLimits)).toBeNull();
    const question = seat("A night train over the border.");
    expect(await answerUnder(firstPersona, question)).toBe("window");
    expect(await answerUnder(persona, question)).toBe("aisle");
    expect(await answerUnder(persona, seat("A bus again."))).toBe("window");
  });

  it("says the same persona where all answers were right", async () => {
    const [, right] = nights;
    const persona = await rewritten(firstPersona, nights);
    expect(await rewritten(persona, right === undefined ? [] : [right])).toBe(persona);
  });

  it("stays bounded over many rounds, with no line twice", async () => {
    let persona = firstPersona;
    for (let round = 0; round < 30; round++) {
      const places = [round, round + 1].map((n) => `A place${round} and${n}thing.`);
      const option = (where: string) => `Choose: ${where} Answer with one of: a${round}, b.`;
      persona = await rewritten(persona, [
        ...nights,
        ...places.map((where) => pair(option(where), "b", `a${round}`)),
      ]);
      const lines = persona.split("\n").filter((line) => line.startsWith("- Answers"));
      expect(new Set(lines).size).toBe(lines.length);
      expect(lines.filter((line) => line.includes('"aisle"'))).toHaveLength(1);
      expect(estimateTokens(persona)).toBeLessThan(1_200);
      expect(persona.match(/MUST use at least TWO tools/g)).toHaveLength(1);
    }
    expect(persona).toContain('"a29"');
    expect(persona).not.toContain('"a0"');
  });

  it("is not asked for by a message that only ends alike", async () => {
    const asked = new HumanMessage("What do you think of my talk?\nFeedback:");
    expect((await model.invoke([asked])).text).toContain("offline model");
  });
});
