import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBackgroundScheduler } from "../../src/app/alignment-runs/background-scheduler.js";
import type { PersonaAgentOptions } from "../../src/app/persona-agent.js";
import type { RunContext } from "../../src/config/turn-settings.js";
import { OfflineChatModel } from "../../src/model/offline/offline-chat-model.js";
import type { RequestReflection } from "../../src/nodes/agent/schedule-reflection.js";
import type { ReflectionAnswer } from "../../src/prompts/learning/reflection.js";
import type { AgentState } from "../../src/state/agent-state.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import { AlignmentModel, type AskedOfModel } from "../support/models/alignment-model.js";
import { answeredBefore } from "../support/users/answered-before.js";
import { turnAt } from "../support/users/episodes.js";
import { itemsOf } from "../support/models/conversation-model.js";

type Settings = Omit<RunContext, "userId">;
type Reaction = ReflectionAnswer["reactions"][number];

const sure = { words: "No, tea.", trueAnswer: "tea", confidence: 0.95 } as const;

/** An agent that answers `coffee`, and an alignment model that says of the turns what it is told to. */
function talking(
  reflect: (asked: AskedOfModel) => Partial<ReflectionAnswer> | Error = () => ({}),
  options: Partial<PersonaAgentOptions> = {},
) {
  const model = new AlignmentModel({ simulation: () => "coffee", reflection: reflect });
  const agent = agentUnderTest(model, options);
  const say = async (text: string, threadId = "first", settings: Settings = {}) => {
    agent.clock.advanceDays(0.001);
    return agent.ask("ada", text, { threadId, settings });
  };
  const saidIn = async (texts: readonly string[], threadId?: string) => {
    const ids: string[] = [];
    for (const text of texts) ids.push((await say(text, threadId)).episodeId ?? "");
    return ids;
  };
  const read = async (id: string | undefined) => agent.memory.episodes.get("ada", id ?? "");
  return { ...agent, model, say, saidIn, read, prompts: () => model.of("reflection") };
}

/** The reaction to the first turn that the second shows. */
function toFirst(reaction: Partial<Reaction> = {}): Partial<ReflectionAnswer> {
  return { reactions: [{ item: 1, shownBy: 2, kind: "corrected", ...sure, ...reaction }] };
}

/** On a busy machine. */
const patience = { timeout: 20_000 };

const asks = "What shall I drink?";

describe("a profile from plain conversation", () => {
  afterEach(() => void vi.useRealTimers());

  it("is in the prompt of the next thread after 12 turns of facts, for one call", async () => {
    const facts = [
      "I have two cats.",
      "I never eat mushrooms.",
      "I like walking along the river.",
      "I prefer trains over planes.",
      "I always drink my coffee black.",
      "I hate horror films.",
      "I enjoy crime novels.",
      "I cannot ride a bicycle.",
      "I need subtitles.",
      "I love thunderstorms.",
      "I usually cook on Sundays.",
      "I want to learn Portuguese.",
    ];
    const requests: Parameters<RequestReflection>[] = [];
    const alignmentModel = new CountingModel();
    const agent = agentUnderTest(new OfflineChatModel(), {
      alignmentModel,
      requestReflection: async (...request) => void requests.push(request),
    });
    for (const fact of facts) {
      await agent.ask("ada", fact, { threadId: "first" });
      agent.clock.advanceDays(0.001);
    }
    expect(requests).toHaveLength(1);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const scheduler = createBackgroundScheduler({ run: agent.reflect, isDebounced: true });
    for (const request of requests) await scheduler.request(...request);
    vi.advanceTimersByTime(5_000);
    // LangGraph needs the real ones.
    vi.useRealTimers();
    await expect.poll(() => agent.memory.profiles.current("ada"), patience).not.toBeNull();
    await scheduler.close();
    await agent.ask("ada", "What do I know?", { threadId: "second" });
    const { values } = await agent.graph.getState({ configurable: { thread_id: "second" } });
    const { userSummary } = values as AgentState;
    expect(facts.filter((fact) => userSummary.includes(fact))).toHaveLength(11);
    expect(alignmentModel.calls).toBe(1);
  });

  it("cites the turns that it rests on, and is revised with the next ones", async () => {
    const agent = talking(({ before, thread }) => ({
      revisedStatements: [
        before === 0
          ? { text: "Has a cat.", keeps: [], replaces: [], items: [1, 99] }
          : {
              text: "Has two cats.",
              keeps: [1],
              replaces: [],
              items: [
                itemsOf(thread).find(({ question }) => question.includes("second"))?.number ?? 0,
              ],
            },
      ],
    }));
    const [first] = await agent.saidIn(["I have a cat.", "Good night."]);
    expect(await agent.reflect("ada")).toMatchObject({
      outcome: "reflected",
      profile: { version: 1, statements: [{ text: "Has a cat.", evidence: [first] }] },
      usage: { calls: 1 },
    });
    const [second] = await agent.saidIn(["I have a second cat."]);
    const { profile } = await agent.reflect("ada");
    expect(profile).toMatchObject({
      version: 2,
      statements: [{ text: "Has two cats.", evidence: [first, second] }],
      lastEpisodeId: second,
      episodeCount: 3,
    });
    expect(agent.prompts()[1]?.thread).toContain("1. Has a cat. [rests on 1");
    // The next refresh finds nothing new, and asks nothing.
    expect(await agent.refreshProfile("ada")).toMatchObject({ changed: false });
    expect(await agent.reflect("ada")).toMatchObject({ outcome: "nothing-new", profile: null });
    expect(agent.prompts()).toHaveLength(2);
  });

  it("is told the reason that came since a turn was read", async () => {
    const agent = talking(({ before }) => ({
      revisedStatements:
        before === 0
          ? [{ text: "Drinks.", keeps: [], replaces: [], items: [1] }]
          : [{ text: "Never drinks coffee.", keeps: [1], replaces: [], items: [1] }],
    }));
    const [first = ""] = await agent.saidIn([asks]);
    await agent.reflect("ada");
    agent.clock.advanceDays(0.001);
    const reason = "I never drink coffee.";
    await agent.feedback("ada", { episodeId: first, kind: "reject", reason });
    await agent.saidIn(["And to eat?"], "second");
    const { profile } = await agent.reflect("ada");
    expect(agent.prompts()[1]?.thread).toMatch(
      /read="before">\n.*\n.*\n<rejection_reason>I never drink coffee.<\/rejection_reason>/,
    );
    expect(profile?.statements).toMatchObject([
      { text: "Never drinks coffee.", evidence: [first] },
    ]);
  });

  it("counts no interactions that did not fit into the prompt, so that the next refresh reads all", async () => {
    const model = new AlignmentModel({
      simulation: () => "coffee",
      profile: () => "From the whole history.",
      reflection: () => ({
        revisedStatements: [{ text: "Has a cat.", keeps: [], replaces: [], items: [1] }],
      }),
    });
    const agent = agentUnderTest(model);
    const long = Array.from({ length: 100 }, (_, n) => turnAt(n, `${n} ${"word ".repeat(150)}`));
    await agent.memory.episodes.addMany("ada", long);
    const { profile } = await agent.reflect("ada");
    const shown = itemsOf(model.of("reflection")[0]?.thread ?? "").length;
    expect(shown).toBeLessThan(100);
    expect(profile).toMatchObject({ lastEpisodeId: long.at(-1)?.id, episodeCount: shown });
    agent.clock.advanceDays(0.001);
    expect(await agent.refreshProfile("ada")).toMatchObject({
      changed: true,
      profile: { statements: [{ text: "From the whole history." }], episodeCount: 100 },
    });
  });

  it("gives way to one that an alignment wrote meanwhile, and reads the turns again", async () => {
    const model = new AlignmentModel({
      simulation: () => "coffee",
      profile: () => "From an alignment.",
      reflection: ({ thread }) => ({
        revisedStatements: [
          {
            text: "Has a cat.",
            keeps: thread.includes("1. From an alignment.") ? [1] : [],
            replaces: [],
            items: [1],
          },
        ],
        ...toFirst(),
      }),
    });
    const agent = agentUnderTest(model);
    const ids: string[] = [];
    for (const text of [asks, "No, tea. And I have a cat."]) {
      agent.clock.advanceDays(0.001);
      ids.push((await agent.ask("ada", text, { threadId: "first" })).episodeId ?? "");
    }
    const generate = model._generate.bind(model);
    model._generate = async (...given) => {
      const answer = await generate(...given);
      const asked = model.asked.at(-1);
      if (asked?.kind === "reflection" && asked.before === 0) await agent.refreshProfile("ada");
      return answer;
    };
    const { profile, reactions } = await agent.reflect("ada");
    expect(profile).toBeNull();
    expect(reactions).toMatchObject([{ episodeId: ids[0], groundTruth: "tea" }]);
    expect((await agent.memory.reflections.get("ada")).lastReadId).toBeNull();
    agent.clock.advanceDays(0.001);
    expect((await agent.reflect("ada")).profile).toMatchObject({
      version: 2,
      statements: [{ text: "Has a cat.", evidence: [ids[0]] }],
    });
    expect(await agent.memory.profiles.history("ada")).toHaveLength(2);
  });

  it("stays when an alignment ends that began before it", async () => {
    const model = new AlignmentModel({
      simulation: () => "coffee",
      profile: async () => {
        await agent.reflect("ada");
        return "From an alignment.";
      },
      reflection: () => ({
        revisedStatements: [{ text: "Has a cat.", keeps: [], replaces: [], items: [1] }],
      }),
    });
    const agent = agentUnderTest(model);
    await agent.ask("ada", "I have a cat.", { threadId: "first" });
    agent.clock.advanceDays(0.001);
    expect(await agent.refreshProfile("ada")).toMatchObject({
      changed: false,
      profile: { version: 1, statements: [{ text: "Has a cat." }] },
    });
  });

  it("stays when the model gives no statement", async () => {
    const agent = talking();
    await agent.saidIn(["I have a cat."]);
    expect(await agent.reflect("ada")).toMatchObject({ outcome: "reflected", profile: null });
    expect(await agent.memory.profiles.history("ada")).toEqual([]);
  });
});

describe("feedback that nobody gives", () => {
  it.each([
    [{}, "tea", "answer"],
    [{ trueAnswer: "" }, null, "reject"],
    [{ trueAnswer: "green tea with honey" }, null, "reject"],
    [{ kind: "accepted", words: "Yes, right.", trueAnswer: "" }, "coffee", "accept"],
    [{ kind: "accepted", words: "Yes, right.", trueAnswer: "", confidence: 0.8 }, null, "accept"],
    // What a model takes for consent is a mark, but no true answer where the words do not say so.
    [{ kind: "accepted", trueAnswer: "" }, null, "accept"],
    [{ kind: "asked-again", trueAnswer: "" }, null, "asked-again"],
    [{ kind: "dropped", trueAnswer: "" }, null, "dropped"],
  ] as const)("from %j is stored as inferred: %s, %s", async (reaction, groundTruth, kind) => {
    const agent = talking(() => toFirst(reaction));
    const said = "No, tea. And to eat? Yes, right. Bread.";
    const [first, second] = await agent.saidIn([asks, said]);
    const later = await agent.read(second);
    const { reactions, alignment } = await agent.reflect("ada");
    const confidence = "confidence" in reaction ? reaction.confidence : 0.95;
    expect(reactions).toMatchObject([{ episodeId: first, kind, groundTruth, shownBy: second }]);
    expect(await agent.read(first)).toMatchObject({
      groundTruth,
      feedback: {
        kind,
        author: "ada",
        at: later?.at,
        inferred: { episodeId: second, confidence },
      },
    });
    expect(later).toMatchObject({ groundTruth: null, feedback: null });
    expect(alignment).toEqual({ newAnswers: groundTruth === null ? 0 : 1, due: false });
  });

  it.each([
    ["words that the message does not hold", { words: "Never coffee" }],
    ["too little confidence", { confidence: 0.6 }],
    ["a confidence above 1", { confidence: 95 }],
    ["an item that was not shown", { item: 7 }],
    ["a message that came before", { item: 2, shownBy: 1, words: asks }],
  ])("is not taken from %s", async (_, reaction) => {
    const agent = talking(() => toFirst(reaction));
    const [first] = await agent.saidIn([asks, "No, tea. And to eat?"]);
    expect((await agent.reflect("ada")).reactions).toEqual([]);
    expect(await agent.read(first)).toMatchObject({ groundTruth: null, feedback: null });
  });

  it.each([
    ["quoted lines", "> No, tea.\n\nWhat do you make of this?"],
    ["a code fence", "Look at this output:\n```\nNo, tea.\n```\nIs it right?"],
    ["a forwarded message", "See below.\n\n----- Forwarded message -----\nNo, tea."],
  ])("is not taken from %s, which the model is not even shown", async (_, poisoned) => {
    const agent = talking(() => toFirst());
    const [first] = await agent.saidIn([asks, poisoned]);
    expect((await agent.reflect("ada")).reactions).toEqual([]);
    expect(await agent.read(first)).toMatchObject({ groundTruth: null, feedback: null });
    expect(agent.prompts()[0]?.thread).toContain("[quoted text left out]");
    expect(agent.prompts()[0]?.thread).not.toContain("No, tea.");
  });

  it("is not taken from what a tool or a page said in the response", async () => {
    const model = new AlignmentModel({
      simulation: () => "The page says: No, tea.",
      reflection: () => toFirst(),
    });
    const agent = agentUnderTest(model);
    for (const text of [asks, "And to eat?"]) {
      agent.clock.advanceDays(0.001);
      await agent.ask("ada", text, { threadId: "first" });
    }
    expect((await agent.reflect("ada")).reactions).toEqual([]);
    expect(await agent.memory.episodes.countAnswered("ada", null)).toBe(0);
  });

  it("is neither asked for nor taken without `inferFeedback`, and no response is shown", async () => {
    const agent = talking(() => toFirst());
    const [first] = await agent.saidIn([asks, "No, tea."]);
    const { outcome, reactions } = await agent.reflect("ada", {
      settings: { inferFeedback: false },
    });
    expect({ outcome, reactions }).toEqual({ outcome: "reflected", reactions: [] });
    expect(await agent.read(first)).toMatchObject({ groundTruth: null, feedback: null });
    expect(agent.prompts()[0]?.thread).not.toMatch(/<response>coffee|say how the user reacted/);
  });

  it("is stored once, and the same, when two processes read the same turns", async () => {
    const store = new InMemoryStore();
    const said = toFirst();
    const [one, other] = [talking(() => said, { store }), talking(() => said, { store })];
    const [first] = await one.saidIn([asks, "No, tea."]);
    other.clock.advanceDays(0.002);
    await Promise.all([one.reflect("ada"), other.reflect("ada")]);
    const stored = await one.read(first);
    expect(stored).toMatchObject({ groundTruth: "tea", feedback: { kind: "answer" } });
    await one.saidIn(["Thanks."]);
    await one.reflect("ada");
    expect(await one.read(first)).toEqual(stored);
  });

  it("is not taken from another thread", async () => {
    const agent = talking(() => toFirst());
    const [first] = await agent.saidIn([asks], "first");
    await agent.saidIn(["No, tea."], "second");
    expect((await agent.reflect("ada")).reactions).toEqual([]);
    expect(await agent.read(first)).toMatchObject({ groundTruth: null, feedback: null });
  });

  it("comes also from the first message after the last one that was read", async () => {
    const agent = talking(({ before }) => (before === 0 ? {} : toFirst()));
    const [first] = await agent.saidIn([asks]);
    await agent.reflect("ada");
    await agent.saidIn(["No, tea."]);
    expect((await agent.reflect("ada")).reactions).toMatchObject([{ episodeId: first }]);
    expect(agent.prompts()[1]?.thread).toMatch(/<item n="1"[^>]* read="before">/);
  });

  it("never replaces feedback that somebody gave", async () => {
    const agent = talking(() => toFirst());
    const [first = ""] = await agent.saidIn([asks, "No, tea."]);
    await agent.feedback("ada", { episodeId: first, kind: "reject" });
    expect((await agent.reflect("ada")).reactions).toEqual([]);
    expect(await agent.read(first)).toMatchObject({
      groundTruth: null,
      feedback: { kind: "reject", inferred: null },
    });
  });

  it.each([
    [{ kind: "answer", text: "tea" }, "tea"],
    [{ kind: "edit", text: "water" }, "water"],
    [{ kind: "accept" }, "coffee"],
    [{ kind: "reject" }, null],
  ] as const)("is replaced by %j", async (given, groundTruth) => {
    const agent = talking(() => toFirst());
    const [first = ""] = await agent.saidIn([asks, "No, tea."]);
    await agent.reflect("ada");
    const result = await agent.feedback("ada", { episodeId: first, ...given });
    expect(result).toMatchObject({
      outcome: "replaced",
      previous: { kind: "answer", answer: "tea" },
      answer: groundTruth,
    });
    expect((await agent.show("ada", first)).feedback).toMatchObject({
      kind: given.kind,
      inferred: null,
    });
  });

  it("cannot be given by hand: the kinds that only inference gives are refused", async () => {
    const agent = talking();
    const [first = ""] = await agent.saidIn([asks]);
    const given = { episodeId: first, kind: "dropped" } as never;
    await expect(agent.feedback("ada", given)).rejects.toMatchObject({ code: "config-invalid" });
  });

  it("requests an alignment when it gave enough true answers", async () => {
    const requested: unknown[] = [];
    const agent = talking(() => toFirst({ item: 12, shownBy: 13 }), {
      requestAlignment: async (...request) => void requested.push(request),
    });
    await answeredBefore(agent);
    await agent.saidIn([asks, "No, tea."]);
    const { alignment } = await agent.reflect("ada", { settings: { alignAfter: 1 } });
    expect(alignment).toEqual({ newAnswers: 1, due: true });
    expect(requested).toEqual([["ada", { minNewAnswers: 1 }]]);
  });
});

it("keeps nothing that rests on a turn that was deleted while the model was asked", async () => {
  const agent = talking(() => ({
    revisedStatements: [
      { text: "Has a cat.", keeps: [], replaces: [], items: [1] },
      { text: "Drinks tea.", keeps: [], replaces: [], items: [3] },
    ],
    ...toFirst(),
  }));
  const { model, memory } = agent;
  const [first, second = "", third] = await agent.saidIn([asks, "No, tea.", "And now?"]);
  const generate = model._generate.bind(model);
  model._generate = async (...given) => {
    await memory.episodes.delete("ada", second);
    return generate(...given);
  };
  const { profile, reactions } = await agent.reflect("ada");
  expect(reactions).toEqual([]);
  expect(await agent.read(first)).toMatchObject({ groundTruth: null, feedback: null });
  expect(profile?.statements).toEqual([
    { text: "Has a cat.", evidence: [first], replaces: [] },
    { text: "Drinks tea.", evidence: [third], replaces: [] },
  ]);
});

describe("a reflection is due", () => {
  it("after so many new turns, and requested with the settings of the turn", async () => {
    const requested: unknown[] = [];
    const agent = talking(() => ({}), {
      requestReflection: async (...request) => void requested.push(request),
    });
    const settings = { reflectAfter: 2, inferFeedback: false };
    const due = async () => (await agent.say("Hello.", "first", settings)).reflection;
    expect(await due()).toEqual({ newTurns: 1, due: false });
    expect(await due()).toEqual({ newTurns: 2, due: true });
    await agent.reflect("ada");
    expect(await due()).toEqual({ newTurns: 1, due: false });
    expect(requested).toEqual([["ada", settings]]);
  });

  it("not for an import whose profile was drawn", async () => {
    const agent = talking();
    await agent.saidIn(["One.", "Two."]);
    await agent.memory.profiles.append("ada", {
      at: agent.clock.now().toISOString(),
      statements: [],
      lastEpisodeId: (await agent.memory.episodes.latest("ada", 1))[0]?.id ?? null,
      episodeCount: 2,
      model: "offline",
    });
    const { reflection } = await agent.say("Three.", "first", { reflectAfter: 2 });
    expect(reflection).toEqual({ newTurns: 1, due: false });
  });

  it("only so many times a day", async () => {
    const agent = talking();
    const settings = { reflectAfter: 1, reflectionsPerDay: 1 };
    const due = async () => (await agent.say("Hello.", "first", settings)).reflection.due;
    expect(await due()).toBe(true);
    expect(await agent.reflect("ada", { settings })).toMatchObject({ outcome: "reflected" });
    expect(await due()).toBe(false);
    expect(await agent.reflect("ada", { settings })).toMatchObject({ outcome: "budget" });
    agent.clock.advanceDays(1);
    expect(await due()).toBe(true);
    expect(await agent.reflect("ada", { settings })).toMatchObject({ outcome: "reflected" });
  });

  it.each([[{ reflection: false }], [{ mode: "paper" }]] as const)(
    "never under %j, and reads nothing then",
    async (setting) => {
      const agent = talking();
      const { reflection } = await agent.say("Hello.", "first", { ...setting, reflectAfter: 1 });
      expect(reflection).toEqual({ newTurns: 0, due: false });
      expect(await agent.reflect("ada", { settings: setting })).toMatchObject({ outcome: "off" });
      expect(agent.prompts()).toEqual([]);
    },
  );

  it("again only after as many turns when the model failed, which the status says", async () => {
    const agent = talking(({ before }) => (before === 0 ? new Error("Away.") : toFirst()));
    await agent.saidIn([asks]);
    await expect(agent.reflect("ada")).rejects.toThrow("Away.");
    const { error } = await agent.memory.reflections.get("ada");
    expect(error).toMatchObject({ message: expect.stringContaining("Away.") });
    const { reflection } = await agent.say("No, tea.", "first", { reflectAfter: 2 });
    expect(reflection).toEqual({ newTurns: 1, due: false });
    // Nothing was lost.
    expect((await agent.reflect("ada")).reactions).toHaveLength(1);
    expect((await agent.memory.reflections.get("ada")).error).toBeNull();
  });

  it("at the next turn when a deletion left the profile incomplete, but not while the model fails", async () => {
    const agent = talking(({ before }) => (before === 0 ? new Error("Away.") : {}));
    const ids = await agent.saidIn(["I have a cat.", "It is old.", "And now?"]);
    await agent.memory.profiles.append("ada", {
      at: agent.clock.now().toISOString(),
      statements: [{ text: "Has an old cat.", evidence: ids.slice(0, 2), replaces: [] }],
      lastEpisodeId: ids[2] ?? null,
      episodeCount: 3,
      model: "offline",
    });
    agent.clock.advanceDays(0.001);
    await agent.memory.episodes.delete("ada", ids[0] ?? "");
    expect((await agent.say("Hello.")).reflection.due).toBe(true);
    await expect(agent.reflect("ada")).rejects.toThrow("Away.");
    expect((await agent.say("Hello.")).reflection).toEqual({ newTurns: 1, due: false });
  });

  it("at the next turn when it was stopped", async () => {
    const stop = new AbortController();
    const agent = talking(() => {
      stop.abort();
      return new Error("Stopped.");
    });
    await agent.saidIn([asks]);
    await expect(agent.reflect("ada", { signal: stop.signal })).rejects.toThrow();
    const { reflection } = await agent.say("No, tea.", "first", { reflectAfter: 2 });
    expect(reflection).toEqual({ newTurns: 2, due: true });
    expect((await agent.memory.reflections.get("ada")).error).toBeNull();
  });

  it("which fails no turn that cannot request it", async () => {
    const agent = talking(() => ({}), {
      requestReflection: () => Promise.reject(new Error("The server is away.")),
    });
    const turn = await agent.say("Hello.", "first", { reflectAfter: 1 });
    expect(turn).toMatchObject({ answer: "coffee", degraded: ["reflection-not-scheduled"] });
  });
});

class CountingModel extends OfflineChatModel {
  calls = 0;
  override async *_streamResponseChunks(
    ...given: Parameters<OfflineChatModel["_streamResponseChunks"]>
  ) {
    this.calls += 1;
    yield* super._streamResponseChunks(...given);
  }
}
