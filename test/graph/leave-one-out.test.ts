import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "@langchain/core/tools";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { AlignmentItem } from "../../src/domain/alignment/alignment-item.js";
import { type Episode, turnEpisodeId, turnIdentity } from "../../src/domain/episode.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../src/domain/persona/persona-checkpoint.js";
import { defaultLocale } from "../../src/domain/locale.js";
import type { Profile } from "../../src/domain/profile.js";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { labelledItems } from "../../src/domain/alignment/labelled-items.js";
import { userKey } from "../../src/domain/user-id.js";
import { createChromaIndex } from "../../src/memory/chroma/chroma-index.js";
import { startEmbeddedChroma } from "../../src/memory/chroma/embedded-server.js";
import { createCopyFilter } from "../../src/memory/search/copies.js";
import { createMemory } from "../../src/memory/memory.js";
import type { EpisodeIndex } from "../../src/memory/index/episode-index.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { leaveOneOutMemory } from "../../src/memory/episodes/leave-one-out-memory.js";
import { OfflineEmbeddings } from "../../src/model/offline/offline-embeddings.js";
import { minuteAt, turnAt, undatedItem } from "../support/users/episodes.js";
import { simulate } from "../support/agents/simulation.js";

const embeddings = new OfflineEmbeddings();
const embedding = { name: "offline", dimensions: embeddings.dimensions };

/** A user's history around one item. Every text that the item's simulation must not see holds `zq`. */
interface Story {
  readonly item: Episode;
  readonly duplicates: readonly Episode[];
  readonly later: readonly Episode[];
  /** Earlier, and no duplicate: may be seen. */
  readonly earlier: readonly Episode[];
  /** Earlier, the item's question with another answer. */
  readonly otherAnswer: Episode;
}

/** Turns of one thread, some of them of the item's own millisecond. */
function chatStory(): Story {
  const question = "Which herb do I put in the soup?";
  const item = turnAt(50, question, { groundTruth: "zqsorrel", response: "Basil." });
  const otherAnswer = turnAt(10, question, { groundTruth: "lovage" });
  // Ids of one millisecond are ordered by a hash, so the one that comes after is looked for.
  const sameTime = Array.from({ length: 20 }, (_, n) =>
    turnAt(50, `Which herb do I put in the soup of pot ${n}?`, { groundTruth: "zqsametime" }),
  ).filter(({ id }) => id > item.id);
  if (sameTime.length === 0) throw new Error("None comes after the item in its millisecond.");
  return {
    item,
    otherAnswer,
    duplicates: [
      turnAt(5, "WHICH HERB, do I put in the soup?!", { groundTruth: "ZQsorrel." }),
      turnAt(6, question, { groundTruth: null, response: "Zqsorrel!" }),
      // With a true answer it would be the item itself: of duplicates the latest is chosen.
      turnAt(70, "which herb do i put in the soup", { groundTruth: null, response: "zqsorrel" }),
    ],
    later: [
      ...sameTime,
      turnAt(60, "Which herb do I put in the cold soup?", { groundTruth: "zqmint" }),
      turnAt(61, question, { groundTruth: "zqdill" }),
    ],
    earlier: [
      otherAnswer,
      ...Array.from({ length: 18 }, (_, n) =>
        turnAt(11 + n, `Which bread do I eat with soup ${n}?`, { groundTruth: `rye ${n}` }),
      ),
    ],
  };
}

/** Undated LaMP items: one film stands several times, with different tags. */
function lampStory(): Story {
  const film = "A thief who steals secrets from dreams is given one last task.";
  const asked = (position: number, text: string, answer: string) =>
    undatedItem(position, lampQuestion("LaMP_2M", text), answer);
  const item = asked(20, film, "zqtwist");
  const otherAnswer = asked(3, film, "sci-fi");
  return {
    item,
    otherAnswer,
    duplicates: [
      undatedItem(1, film.toUpperCase(), "ZQtwist"),
      asked(2, `${film}..`, "zqtwist!"),
      { ...undatedItem(25, film, null), response: "zqtwist" },
    ],
    later: [asked(21, film, "zqaction"), asked(22, "Another thief steals dreams.", "zqcrime")],
    earlier: [
      otherAnswer,
      ...Array.from({ length: 12 }, (_, n) =>
        asked(4 + n, `Film ${n} of thieves and of a task in dreams.`, "fantasy"),
      ),
    ],
  };
}

const evidenced = (text: string, ...episodes: readonly (Episode | undefined)[]) => ({
  text,
  evidence: episodes.flatMap((episode) => episode?.id ?? []),
  replaces: [],
});

function known({ item, duplicates, later, earlier }: Story) {
  const statements = [
    evidenced("Zq profile of the item", item),
    evidenced("Zq profile of both", duplicates[0], item),
    evidenced("Kept profile of the item and another", earlier[0], item),
    evidenced("Kept profile of the item and a later one", item, later[0]),
  ];
  const about = (name: string | null) =>
    statements.map(({ text, evidence }) => ({
      text: text.replace("profile", name === null ? "line" : "card"),
      tool: name,
      evidence,
    }));
  const profile: Profile = {
    schemaVersion: 1,
    id: "p",
    version: 1,
    at: minuteAt(90),
    statements,
    lastEpisodeId: null,
    episodeCount: 0,
    model: "offline",
  };
  const persona: PersonaCheckpoint = {
    ...initialPersona,
    version: 3,
    lines: [...about(null), ...about("recall_memory")],
  };
  return { profile, persona };
}

const kept = ["profile", "line", "card"].flatMap((kind) => [
  `Kept ${kind} of the item and another`,
  `Kept ${kind} of the item and a later one`,
]);

interface Opened {
  readonly index: EpisodeIndex;
  close(): Promise<void>;
}

async function openChroma(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "leave-one-out-"));
  const chroma = await startEmbeddedChroma({ dataFolder: folder });
  return {
    index: createChromaIndex({ url: chroma.url, embedding }),
    async close() {
      await chroma.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openInProcess(): Promise<Opened> {
  return { index: createInProcessIndex(embedding), close: async () => undefined };
}

let users = 0;

/** A new user who has lived the story. */
async function begin(index: EpisodeIndex, story: Story) {
  const userId = `user ${(users += 1)}`;
  const store = new InMemoryStore();
  const now = () => new Date("2026-05-01T10:00:00.000Z");
  const memory = createMemory({ store, index, embeddings, now });
  const history = [story.item, ...story.duplicates, ...story.later, ...story.earlier];
  await memory.episodes.addMany(userId, history);
  const item = labelledItems(history, 100).find(({ episodeId }) => episodeId === story.item.id);
  if (item === undefined) throw new Error("The story's item was not chosen.");
  const dump = async () =>
    JSON.stringify([
      await store.search([], { limit: 100_000 }),
      await index.vectorSearch(userKey(userId), await embeddings.embedQuery("soup"), 1_000),
    ]);
  return { userId, store, memory, item, dump };
}

/** All ways to ask for the item's answer. */
function prying({ query, groundTruth: answer, at }: AlignmentItem) {
  const asks = [
    { query },
    { query, limit: 20 },
    { query: answer, limit: 20 },
    { query: "zqsorrel zqtwist zqmint zqdill zqaction zqcrime zqsametime", limit: 20 },
    ...(at === null
      ? []
      : [
          { query, since: minuteAt(49), until: minuteAt(200), limit: 20 },
          { query: answer, since: at.slice(0, 10), until: at.slice(0, 10), limit: 20 },
          { query: answer, since: at, limit: 20 },
        ]),
  ];
  return asks.map((args) => ({ name: "recall_memory", args }));
}

describe.each([
  ["the index of the process", openInProcess],
  ["embedded Chroma", openChroma],
])("a simulation over %s", (name, open) => {
  let opened: Opened;
  beforeAll(async () => void (opened = await open()), 90_000);
  afterAll(() => opened.close(), 30_000);

  async function run(story: Story, mode: "default" | "paper", leaveOneOut: boolean) {
    const { userId, dump, ...user } = await begin(opened.index, story);
    const before = await dump();
    const { state, told } = await simulate({
      ...user,
      given: { ...known(story), locale: defaultLocale, leaveOneOut },
      context: { userId, mode, recallTokens: 100_000, recallSimilar: 50, recallLatest: 50 },
      calls: prying(user.item),
    });
    const recalledIds = [...state.recalled, ...state.recalledByTools].map(({ id }) => id);
    return { ...user, state, told, recalledIds, before, after: await dump() };
  }

  describe.each([
    ["a conversation", chatStory],
    ["a history without dates", lampStory],
  ])("of %s", (_kind, tell) => {
    const story = tell();

    it.each(["default", "paper"] as const)(
      "in %s mode is told nothing that gives its answer away, and everything else",
      async (mode) => {
        const { state, told, recalledIds, item } = await run(story, mode, true);
        expect(item.duplicates).toEqual(story.duplicates.map(({ id }) => id).toSorted());
        expect(told).not.toMatch(/zq/i);
        expect(JSON.stringify([state.recalled, state.personaLines, state.userSummary])).not.toMatch(
          /zq/i,
        );
        for (const text of kept) expect(told).toContain(text);
        expect(told).toContain(`<ground_truth>${story.otherAnswer.groundTruth}</ground_truth>`);
        // What stands in the thread is not recalled as well.
        const inThread = item.earlier.map(({ episodeId }) => episodeId);
        const earlier = story.earlier.map(({ id }) => id).filter((id) => !inThread.includes(id));
        expect([...new Set(recalledIds)].toSorted()).toEqual(earlier.toSorted());
        expect(state).toMatchObject({ personaVersion: 3, degraded: [] });
      },
    );

    it.each(["default", "paper"] as const)(
      "in %s mode is told all of it where the bound is off",
      async (mode) => {
        const { told, recalledIds } = await run(story, mode, false);
        const planted = [story.item, ...story.duplicates, ...story.later];
        const isCopy = copiesOf(
          [...planted, ...story.earlier].filter(({ id }) => recalledIds.includes(id)),
        );
        for (const episode of planted)
          expect(recalledIds.includes(episode.id) || isCopy(episode)).toBe(true);
        const shown = planted.filter(({ id }) => recalledIds.includes(id));
        for (const { groundTruth: answer, response } of shown)
          expect(told).toContain(answer ?? response);
        for (const kind of ["profile", "line", "card"])
          for (const whose of ["the item", "both"])
            expect(told).toContain(`Zq ${kind} of ${whose}`);
      },
    );

    it.each([true, false])(
      "writes nothing, with the bound (%s) or without",
      async (leaveOneOut) => {
        const { before, after, state } = await run(story, "default", leaveOneOut);
        expect(after).toEqual(before);
        expect(state.alignment).toEqual({ newAnswers: 0, due: false });
      },
    );
  });

  it("recalls only what is earlier and says something else, in any history", async () => {
    const random = randomNumbers(7);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
    const questions = [
      "Which tea?",
      "WHICH tea",
      "Which soup?",
      "Tea or soup?",
      "which tea or soup",
    ];
    const answers = ["green", "Green!", "black", "tomato"];
    // What a reader would say is the same.
    const plain = (text: string | null) => text?.toLowerCase().replace(/[?!]/g, "");
    for (let round = 0; round < 4; round++) {
      const userId = `random ${name} ${round}`;
      const history = Array.from({ length: 30 }, (_each, n) => {
        const query = pick(questions);
        const change = { groundTruth: pick([...answers, null]), response: pick(answers) };
        return random() < 0.3
          ? { ...undatedItem(n, query, change.groundTruth), response: change.response }
          : turnAt(n % 12, query, { ...change, ...messageOf(n, query) });
      });
      const memory = createMemory({
        store: new InMemoryStore(),
        index: opened.index,
        embeddings,
        now: () => new Date("2026-05-01T10:00:00.000Z"),
      });
      await memory.episodes.addMany(userId, history);
      const given = { ...known(chatStory()), locale: defaultLocale, leaveOneOut: true };
      const items = labelledItems(history, 15);
      expect(items.length).toBeGreaterThan(0);
      for (const item of items) {
        const { episodes } = leaveOneOutMemory(memory, item, given);
        const mayKnow = history
          .filter(({ id }) => id < item.episodeId)
          .filter(({ id }) => !item.earlier.some(({ episodeId }) => episodeId === id))
          .filter(
            ({ query, groundTruth: answer, response }) =>
              plain(query) !== plain(item.query) ||
              plain(answer ?? response) !== plain(item.groundTruth),
          )
          .map(({ id }) => id)
          .toSorted();
        for (const query of [item.query, item.groundTruth, pick(questions)]) {
          const { recalled } = await episodes.similar(userId, query, 40);
          const ids = recalled.map(({ episode }) => episode.id);
          expect(mayKnow).toEqual(expect.arrayContaining(ids));
          // By vector everything is near enough, so nothing that may be known is missing, save for copies.
          const isCopy = copiesOf(recalled.map(({ episode }) => episode));
          const missing = history.filter(({ id }) => mayKnow.includes(id) && !ids.includes(id));
          for (const episode of missing) expect(isCopy(episode)).toBe(true);
        }
        const latest = await episodes.latest(userId, 40);
        expect(latest.map(({ id }) => id).toSorted()).toEqual(mayKnow);
      }
    }
  });
});

/** Whether an episode is a copy of one of these. */
function copiesOf(episodes: readonly Episode[]) {
  const isCopy = createCopyFilter();
  for (const episode of episodes) isCopy(episode);
  return isCopy;
}

/** The identity of a message of its own, so that equal questions of one minute are two episodes. */
function messageOf(n: number, query: string): Pick<Episode, "id"> {
  const user = userKey("anyone");
  const at = minuteAt(n % 12);
  return {
    id: turnEpisodeId(at, turnIdentity(user, "thread", { id: `random ${n}`, text: query })),
  };
}

/** Numbers from 0 to 1, the same for a seed. */
function randomNumbers(seed: number) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

it("shows earlier episodes as they stood when the item was asked", async () => {
  const { index } = await openInProcess();
  const feedback = (minute: number) => ({
    feedback: {
      kind: "answer",
      author: "ada",
      at: minuteAt(minute),
      reason: null,
      inferred: null,
    } as const,
    threadId: null,
  });
  const query = "Which herb do I put in the soup?";
  const item = turnAt(50, query, { groundTruth: "sorrel", ...feedback(51) });
  const told = [
    turnAt(10, `${query} Told before.`, { groundTruth: "dill", ...feedback(49) }),
    turnAt(11, `${query} Told later.`, {
      groundTruth: "zqmint",
      response: "Basil.",
      ...feedback(60),
    }),
    turnAt(12, `${query} Answered anew.`, {
      response: "Zqsage.",
      replacedResponses: ["Thyme.", "Zqrue."],
      threadId: null,
    }),
    // Before the later answer it said what the item says.
    turnAt(13, query, { groundTruth: "zqdill", response: "Sorrel!", ...feedback(60) }),
  ];
  const user = await begin(index, {
    item,
    duplicates: [],
    later: [],
    earlier: told,
    otherAnswer: item,
  });
  const { state, told: shown } = await simulate({
    ...user,
    given: { persona: initialPersona, profile: null, locale: defaultLocale, leaveOneOut: true },
    context: { userId: user.userId },
    calls: prying(user.item),
  });
  expect(shown).not.toMatch(/zq/i);
  const said = state.recalled
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ groundTruth: answer, response }) => answer ?? response);
  expect(said).toEqual(["dill", "Basil.", "Thyme."]);
});

it("gives a tool of a simulation neither the store nor the thread of the graph that runs it", async () => {
  const { index } = await openInProcess();
  const { userId, ...user } = await begin(index, chatStory());
  const found: unknown[] = [];
  const peek = tool(
    async (_args, runtime: { store?: InMemoryStore; configurable?: Record<string, unknown> }) => {
      found.push(
        await runtime.store?.search([], { limit: 10 }),
        runtime.configurable?.["thread_id"],
      );
      return "nothing";
    },
    { name: "peek", description: "Looks around.", schema: z.object({}) },
  );
  await simulate({
    ...user,
    given: { ...known(chatStory()), locale: defaultLocale, leaveOneOut: true },
    context: { userId },
    calls: [{ name: "peek", args: {} }],
    tools: [peek],
  });
  expect(found).toEqual([[], undefined]);
});
