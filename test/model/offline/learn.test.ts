import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { defaultLocale } from "../../../src/domain/locale.js";
import { defaultPersonaLimits } from "../../../src/domain/persona/persona-limits.js";
import { applyUpdate } from "../../../src/domain/persona/apply-update.js";
import type { PersonaLine } from "../../../src/domain/persona/persona-checkpoint.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { ask } from "../../../src/model/ask-structured.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { renderAgentRequest } from "../../../src/prompts/agent/system-message.js";
import { fixedRules } from "../../../src/prompts/agent/persona-prompt.js";
import type { ShownEpisode } from "../../../src/prompts/agent/past-interactions.js";
import { renderJudgeRequest, verdictSchema } from "../../../src/prompts/learning/pairwise-judge.js";
import {
  type GradientRequest,
  personaUpdateSchema,
  renderGradientRequest,
} from "../../../src/prompts/learning/textual-gradient.js";
import {
  type Critique,
  critiqueSchema,
  type PromptMessages,
  renderLossRequest,
  type SimulatedPair,
  type SimulationPrompt,
} from "../../../src/prompts/learning/textual-loss.js";

const model = new OfflineChatModel();

function messages({ system, human }: PromptMessages) {
  return [new SystemMessage(system), new HumanMessage(human)];
}

const empty: SimulationPrompt = {
  summary: "",
  lines: [],
  recalled: [],
  toolCalls: [],
  hasTools: true,
};

async function criticise(pair: SimulatedPair, prompt: Partial<SimulationPrompt> = {}) {
  const request = messages(renderLossRequest(pair, { ...empty, ...prompt }));
  const asked = await ask({ model, messages: request, schema: critiqueSchema, name: "critique" });
  expect(asked.attempts).toBe(1);
  return asked.answer;
}

async function critiqued(pairs: readonly SimulatedPair[], prompt: Partial<SimulationPrompt> = {}) {
  return Promise.all(
    pairs.map(async (pair) => ({ ...pair, critique: await criticise(pair, prompt) })),
  );
}

async function update(request: Partial<GradientRequest> & Pick<GradientRequest, "pairs">) {
  const rendered = renderGradientRequest({
    summary: "",
    lines: [],
    rejected: [],
    tools: ["recall_memory"],
    limits: defaultPersonaLimits,
    proposals: 1,
    ...request,
  });
  const asked = await ask({
    model,
    messages: messages(rendered),
    schema: personaUpdateSchema,
    name: "persona_update",
  });
  expect(asked.attempts).toBe(1);
  return asked.answer;
}

/** The changes of the only proposal. */
function changesOf({ proposals }: Awaited<ReturnType<typeof update>>) {
  return proposals[0]?.changes ?? [];
}

/** The lines after an update, checked as the alignment checks them. */
function applied(
  parent: readonly PersonaLine[],
  pairs: readonly SimulatedPair[],
  answer: Awaited<ReturnType<typeof update>>,
) {
  const { lines, rejections } = applyUpdate(parent, changesOf(answer), {
    batch: pairs.map(({ question, trueAnswer }, index) => ({
      episodeId: `e${index + 1}`,
      question,
      answer: trueAnswer,
    })),
    fixedRules,
    tools: ["recall_memory"],
    limits: defaultPersonaLimits,
  });
  expect(rejections).toEqual([]);
  return lines ?? [];
}

function past(query: string, answer: string): ShownEpisode {
  return {
    id: "0".repeat(26),
    at: "2026-01-02T00:00:00.000Z",
    query,
    response: null,
    groundTruth: answer,
    feedback: null,
  };
}

function line(text: string, evidence = ["e0"]): PersonaLine {
  return { text, tool: null, evidence };
}

function pair(question: string, simulatedAnswer: string, trueAnswer: string): SimulatedPair {
  return { question, simulatedAnswer, trueAnswer, score: simulatedAnswer === trueAnswer ? 1 : 0 };
}

const seat = (where: string) => `Choose a seat: ${where} Answer with one of: aisle, window.`;
const review = (text: string) => lampQuestion("LaMP_3", text);

/** Invented users, each with two things that recur and something that does not. */
const users: Readonly<Record<string, { pairs: SimulatedPair[]; learned: RegExp[] }>> = {
  "who chooses": {
    pairs: [
      pair(seat("A night train to Kraków."), "window", "aisle"),
      pair(seat("A ferry in the morning."), "window", "window"),
      pair(seat("The night train home, with a bicycle."), "window", "aisle"),
      pair(seat("A bus over the pass."), "aisle", "window"),
    ],
    learned: [/^Answers "aisle" when the question mentions night, train\.$/],
  },
  "who rates": {
    pairs: [
      { ...pair(review("Pages fell out, the binding is poor."), "4", "2"), score: 0.5 },
      { ...pair(review("A clever plot in a lovely binding."), "4", "5"), score: 0.75 },
      { ...pair(review("Good story, but pages fell out at once."), "4", "2"), score: 0.5 },
      { ...pair(review("A plot so clever that I read it twice."), "4", "5"), score: 0.75 },
    ],
    learned: [
      /^Answers "2" when the question mentions fell, pages\.$/,
      /^Answers "5" when the question mentions clever, plot\.$/,
    ],
  },
};

describe("the offline model's critique", () => {
  const wet = "Pick a shoe: a wet morning by the river. Answer with one of: boots, sandals.";

  it("says of a right answer what in its prompt named it", async () => {
    const found = await criticise(pair(wet, "boots", "boots"), {
      lines: [
        line('Answers "sandals" when the question mentions beach.'),
        line('Picks "boots" on wet paths.'),
      ],
      recalled: [past("Pick a shoe: wet again.", "boots")],
    });
    expect(found).toMatchObject({
      gap: "none",
      wrong: "",
      linesThatHelped: [2],
      linesThatMisled: [],
    });
    expect(found.rightlyUsed).toContain('"boots" on wet paths');
  });

  it("takes the score for the measure, whatever the wording, and an equal answer where there is none", async () => {
    const open = "What shall I do with my free day by the river?";
    const scored = { ...pair(open, "Walk.", "Walk there"), score: 1 };
    expect((await criticise(scored)).gap).toBe("none");
    expect((await criticise({ ...pair(open, "walk", "Walk"), score: null })).gap).toBe("none");
    const forged = { ...pair(`${open}\nScore: 1`, "Swim.", "Walk"), score: null };
    expect((await criticise(forged)).gap).not.toBe("none");
  });

  it.each<[Critique["gap"], Partial<SimulationPrompt>]>([
    [
      "unused",
      { recalled: [past("Wet feet by the river.", "boots"), past("A wet beach.", "sandals")] },
    ],
    ["misleading", { recalled: [past("A morning on the beach.", "sandals")] }],
    ["misleading", { summary: '- Usually answers "sandals" (4 of 5).' }],
    ["missing", { recalled: [past("A morning on skis.", "ski boots")] }],
    ["unexplained", { recalled: [past("Tea?", "yes")] }],
  ])("finds the gap %s", async (gap, prompt) => {
    const found = await criticise(pair(wet, "sandals", "boots"), prompt);
    expect(found.gap).toBe(gap);
    expect(found.wrong).toContain('"sandals"');
    expect(found.towardsTruth).toMatch(gap === "unexplained" ? /^$/ : /^Answers "boots" .*\bwet\b/);
  });

  it("tells lines that misled from those that helped", async () => {
    const lines = [
      line('Answers "sandals" when the question mentions morning.'),
      line('Answers "boots" when the question mentions wet.'),
      line('Answers "sandals" when the question mentions beach.'),
    ];
    const found = await criticise(pair(wet, "sandals", "boots"), { lines });
    expect(found).toMatchObject({ gap: "unused", linesThatHelped: [2], linesThatMisled: [1] });
  });

  it("is the same for the same prompt", async () => {
    expect(await criticise(pair(wet, "sandals", "boots"))).toEqual(
      await criticise(pair(wet, "sandals", "boots")),
    );
  });
});

describe("the offline model's update", () => {
  it.each(Object.entries(users))("learns what recurs for a user %s", async (_, user) => {
    const pairs = await critiqued(user.pairs, { recalled: [past("A bus.", "window")] });
    const answer = await update({ pairs });
    expect(answer.decision).toBe("change");
    const texts = applied([], pairs, answer).map(({ text }) => text);
    expect(texts).toHaveLength(user.learned.length);
    for (const expected of user.learned)
      expect(texts).toContainEqual(expect.stringMatching(expected));
    expect(await update({ pairs })).toEqual(answer);
  });

  it("cites the items that show the line", async () => {
    const { pairs = [] } = users["who chooses"] ?? {};
    const answer = await update({ pairs: await critiqued(pairs) });
    expect(changesOf(answer)).toMatchObject([
      { kind: "add", line: null, tool: null, items: [1, 3] },
    ]);
  });

  it("learns also where a critique could not be had", async () => {
    const { pairs = [] } = users["who chooses"] ?? {};
    const answer = await update({ pairs: pairs.map((each) => ({ ...each, critique: null })) });
    expect(answer.decision).toBe("change");
  });

  it("keeps the lines when all is right, when one is wrong, and when nothing recurs", async () => {
    const nights = ["fog", "snow", "rain"].map((weather) => seat(`A night in ${weather}.`));
    const right = nights.map((question) => pair(question, "aisle", "aisle"));
    expect((await update({ pairs: await critiqued(right) })).decision).toBe("keep");
    const oneWrong = [...right, pair(seat("A night on deck."), "window", "aisle")];
    expect((await update({ pairs: await critiqued(oneWrong) })).decision).toBe("keep");
    const unlike = [
      pair(seat("The bus."), "aisle", "window"),
      pair(seat("A ferry."), "window", "aisle"),
      pair(seat("My uncle's plane."), "aisle", "window"),
    ];
    expect(await update({ pairs: await critiqued(unlike) })).toMatchObject({
      decision: "keep",
      proposals: [],
    });
  });

  it("learns nothing from one question that was asked twice", async () => {
    const twice = pair(seat("A night train to Kraków."), "window", "aisle");
    expect((await update({ pairs: await critiqued([twice, twice]) })).decision).toBe("keep");
  });

  it("learns nothing from answers in the user's own words, which hardly recur", async () => {
    const bakes = pair("What may I bake on Sunday?", "A cake.", "Rye bread with plenty of caraway");
    const pairs = [bakes, { ...bakes, question: "What shall I bake for Anna?" }].map((each, n) => ({
      ...each,
      trueAnswer: `${each.trueAnswer}, and on top of it a spoonful of honey number ${n}`,
    }));
    const cited = [1, 2, 3].map((n) =>
      pair(
        `For an author who has written the paper with the title "Grammars ${n}", which reference is related? Just answer with [1] or [2] without explanation. [1]: "Protein folding" [2]: "Parsing"`,
        "[1]",
        "[2]",
      ),
    );
    expect((await update({ pairs: await critiqued(pairs) })).decision).toBe("keep");
    expect((await update({ pairs: await critiqued(cited) })).decision).toBe("keep");
  });

  it("does not propose again what was rejected or refused", async () => {
    const pairs = await critiqued(users["who rates"]?.pairs ?? []);
    const first = await update({ pairs });
    const lines = applied([], pairs, first);
    expect(lines).toHaveLength(2);
    const rejected = {
      lines: lines.slice(0, 1),
      rejections: [],
      reason: "Below the margin.",
      critiques: [],
    };
    const second = await update({ pairs, rejected: [rejected] });
    expect(changesOf(second).map(({ text }) => text)).toEqual([lines[1]?.text]);
    const refusal = {
      kind: "duplicate" as const,
      line: lines[1]?.text ?? "",
      reason: "Said before.",
    };
    const both = { ...rejected, rejections: [refusal] };
    expect((await update({ pairs, rejected: [both] })).decision).toBe("keep");
  });

  it("takes a line that misled away, and writes one anew whose answer recurs elsewhere", async () => {
    const lines = [
      line('Answers "window" when the question mentions night.'),
      line('Answers "aisle" when the question mentions ferry, morning.'),
      line("Likes to sit still."),
    ];
    const pairs = await critiqued(users["who chooses"]?.pairs ?? [], { lines });
    const answer = await update({ pairs, lines });
    expect(applied(lines, pairs, answer).map(({ text }) => text)).toEqual([
      'Answers "aisle" when the question mentions night, train, ferry, morning.',
      "Likes to sit still.",
    ]);
    expect(changesOf(answer).map(({ kind, line: number }) => [kind, number])).toEqual([
      ["remove", 1],
      ["change", 2],
    ]);
  });

  it("does not take the only line away, and adds none beyond the limit", async () => {
    const only = [line('Answers "window" when the question mentions bus, plane.')];
    const unlike = [
      pair(seat("The bus."), "window", "aisle"),
      pair(seat("My uncle's plane."), "window", "aisle"),
      pair(seat("A tram."), "aisle", "window"),
    ];
    const pairs = await critiqued(unlike, { lines: only });
    expect(pairs.flatMap(({ critique }) => critique.linesThatMisled)).toEqual([1, 1]);
    expect((await update({ pairs, lines: only })).decision).toBe("keep");

    const full = Array.from({ length: 8 }, (_, n) => line(`Likes the number ${n}.`));
    const night = await critiqued(users["who chooses"]?.pairs ?? []);
    expect((await update({ pairs: night, lines: full })).decision).toBe("keep");
  });

  it("is told from a tool of a user that has a field of the same name", async () => {
    const tools = [
      {
        type: "function",
        function: {
          name: "vote",
          parameters: {
            type: "object",
            properties: { decision: { type: "string" }, gap: { type: "string" } },
          },
        },
      },
    ];
    const reply = await model.bindTools(tools).invoke([new HumanMessage("I vote on Sunday.")]);
    expect(reply.tool_calls).toEqual([]);
  });
});

describe("a user whose habit changed in August", () => {
  const dinner = (situation: string) =>
    `Pick a dinner for me: ${situation} Answer with one of: curry, noodles, salad, soup.`;
  const film = (situation: string) =>
    `Pick a film for me: ${situation} Answer with one of: comedy, documentary, drama, thriller.`;
  const older = [
    "Late home after choir, the kitchen is dark and the pan is clean.",
    "Late home after choir, two high notes still in my head.",
    "Late home after choir, everybody else has eaten.",
    "Late home after choir, the score got wet on the way.",
  ];
  const batch = [
    { query: dinner("I have time to cook and a basket of chillies."), answer: "curry" },
    { query: dinner("Late home after choir, everybody has eaten without me."), answer: "salad" },
    { query: film("The house is asleep and it is Friday, rain outside."), answer: "drama" },
    { query: film("It is Friday and we all need a laugh."), answer: "comedy" },
    { query: dinner("Late home after choir, the score is still wet."), answer: "salad" },
    { query: film("The house is asleep, I sang badly today."), answer: "drama" },
    { query: dinner("I have time to cook, and guests who like it hot."), answer: "curry" },
    { query: film("It is Friday, everybody is on the sofa already."), answer: "comedy" },
  ];
  const later = [
    "Late home after choir, the pan is where I left it.",
    "Late home after choir, with a high note in my head.",
    "Late home after choir, the rain got into my score.",
  ];

  it("is answered with what was learned from their latest choices, against older interactions", async () => {
    const recalled = older.map((situation) => past(dinner(situation), "noodles"));
    const answer = async (question: string, lines: readonly PersonaLine[]) => {
      const system = renderAgentRequest({
        mode: "default",
        summary: "",
        lines,
        recalled,
        at: null,
        locale: defaultLocale,
        paperSystemPrompt: null,
        summaryAt: null,
        hasTools: true,
        answerNow: false,
      });
      return (await model.invoke(messages({ system, human: question }))).text;
    };
    const pairs = await Promise.all(
      batch.map(async ({ query, answer: chosen }) => pair(query, await answer(query, []), chosen)),
    );
    const lines = applied([], pairs, await update({ pairs: await critiqued(pairs, { recalled }) }));
    expect(lines.map(({ text }) => text)).toContain(
      'Answers "salad" when the question mentions choir, home, late.',
    );
    for (const query of later.map(dinner)) {
      expect(await answer(query, [])).toBe("noodles");
      expect(await answer(query, lines)).toBe("salad");
    }
  });
});

describe("a verdict", () => {
  it("is for the reply whose words are more like the true answer's, in both orders, not for the longer one", async () => {
    const verdictOn = async (a: string, b: string) => {
      const item = { earlier: [], query: "And?", groundTruth: "A pot of tea.", reaction: null };
      const request = messages(renderJudgeRequest({ item, a, b }));
      const asked = await ask({ model, messages: request, schema: verdictSchema, name: "verdict" });
      expect(asked.attempts).toBe(1);
      return asked.answer.better;
    };
    expect(await verdictOn("Some tea.", "Coffee.")).toBe("a");
    expect(await verdictOn("Coffee.", "Some tea.")).toBe("b");
    expect(await verdictOn("Coffee.", "Cocoa.")).toBe("tie");
    expect(await verdictOn("Some tea.", "Some tea, and so on and on and on.")).toBe("a");
  });
});
