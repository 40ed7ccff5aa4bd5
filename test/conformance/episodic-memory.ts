import { describe, expect, it } from "vitest";
import { identityOfId, type Episode, type Feedback } from "../../src/domain/episode.js";
import type { EpisodicMemory } from "../../src/memory/episodes/episodic-memory.js";
import { minuteAt, turnAt, undatedItem } from "../support/users/episodes.js";

const feedback: Feedback = {
  kind: "answer",
  author: "ada",
  at: "2025-06-01T00:00:00.000Z",
  reason: null,
  inferred: null,
};
const ids = (episodes: readonly { readonly id: string }[]) => episodes.map(({ id }) => id);

/**
 * What every EpisodicMemory must do. Call it once per implementation. Every test has users of its own, so `create`
 * may give one memory, or several over one store.
 */
export function describeEpisodicMemory(
  name: string,
  create: () => EpisodicMemory | Promise<EpisodicMemory>,
) {
  let users = 0;
  const newUser = (who = "user") => `${who}-${(users += 1)}-${name.replaceAll(/\W+/g, "-")}`;
  const recall = async (
    memory: EpisodicMemory,
    user: string,
    query: string,
    ...rest: [number, Parameters<EpisodicMemory["similar"]>[3]?]
  ) => {
    const { recalled, degraded } = await memory.similar(user, query, ...rest);
    expect(degraded).toEqual([]);
    return recalled.map(({ episode }) => episode.id);
  };

  describe(`EpisodicMemory: ${name}`, () => {
    it("gives back what was added, whole", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "Which tea?", {
        groundTruth: "green",
        feedback,
        toolsUsed: ["recall_memory"],
        replacedResponses: ["black"],
        task: "LaMP_3",
      });
      expect(await memory.add(user, episode)).toEqual({ episode, degraded: [] });
      expect(await memory.get(user, episode.id)).toEqual(episode);
    });

    it("knows nothing of an id it was never given, and of ids that are none", async () => {
      const memory = await create();
      const user = newUser();
      expect(await memory.get(user, turnAt(1, "x").id)).toBeNull();
      expect(await memory.get(user, "no\0id")).toBeNull();
      expect(await memory.delete(user, "no\0id")).toBeNull();
    });

    it("gives the newest first, and no more than asked, whatever the order of writing", async () => {
      const memory = await create();
      const user = newUser();
      const [a, b, c] = [turnAt(1, "a"), turnAt(2, "b"), turnAt(3, "c")];
      for (const episode of [b, c, a]) await memory.add(user, episode);
      expect(ids(await memory.latest(user, 2))).toEqual([c.id, b.id]);
      expect(ids(await memory.latest(user, 10))).toEqual([c.id, b.id, a.id]);
      expect(await memory.latest(user, 0)).toEqual([]);
    });

    it("keeps undated items in their order, before everything dated", async () => {
      const memory = await create();
      const user = newUser();
      const items = [
        undatedItem(0, "first", "1"),
        undatedItem(1, "second", "2"),
        turnAt(1, "turn"),
      ];
      await memory.addMany(user, items);
      expect(ids(await memory.list(user))).toEqual(ids(items.toReversed()));
    });

    it("never shows one user another user's episodes", async () => {
      const memory = await create();
      const [alice, bob] = [newUser("alice"), newUser("bob")];
      const episode = turnAt(1, "Where do I keep my passport?");
      await memory.add(alice, episode);
      await memory.add(bob, turnAt(2, "hello"));
      expect(await memory.get(bob, episode.id)).toBeNull();
      expect(ids(await memory.latest(bob, 10))).not.toContain(episode.id);
      expect(ids(await memory.list(bob))).not.toContain(episode.id);
      expect(await recall(memory, bob, "Where do I keep my passport?", 10)).not.toContain(
        episode.id,
      );
      expect(await memory.findTurn(bob, identityOfId(episode.id))).toBeNull();
      expect(await memory.delete(bob, episode.id)).toBeNull();
      expect(await memory.get(alice, episode.id)).toEqual(episode);
    });

    it("keeps users apart whose ids begin alike", async () => {
      const memory = await create();
      const user = newUser("ann");
      await memory.add(user, turnAt(1, "mine"));
      await memory.add(`${user}a`, turnAt(2, "mine"));
      expect(await memory.latest(user, 10)).toHaveLength(1);
      expect(await memory.list(`${user}a`)).toHaveLength(1);
      expect(await recall(memory, user, "mine", 10)).toEqual([turnAt(1, "mine").id]);
    });

    it("takes unusual user ids and names them as the caller does", async () => {
      const memory = await create();
      const user = `Zoë O'Neil+tag@example.com|${newUser()}`;
      await memory.add(user, turnAt(1, "hi"));
      expect(await memory.users()).toContain(user);
      expect(await memory.latest(user, 1)).toHaveLength(1);
    });

    it.each(["", " ", "a*", "a:b", "a/b", "100%", "a\0b"])(
      "refuses the user id %j",
      async (user) => {
        const memory = await create();
        const refused = expect.objectContaining({ code: "config-user-invalid" });
        await expect(memory.add(user, turnAt(1, "x"))).rejects.toEqual(refused);
        await expect(memory.addMany(user, [])).rejects.toEqual(refused);
        await expect(memory.get(user, turnAt(1, "x").id)).rejects.toEqual(refused);
        await expect(memory.latest(user, 1)).rejects.toEqual(refused);
        await expect(memory.list(user)).rejects.toEqual(refused);
        await expect(memory.similar(user, "", 0)).rejects.toEqual(refused);
        await expect(memory.delete(user, "x")).rejects.toEqual(refused);
        await expect(memory.update(user, "x", { groundTruth: "", feedback })).rejects.toEqual(
          refused,
        );
        await expect(memory.findTurn(user, "x")).rejects.toEqual(refused);
        await expect(memory.countAnswered(user, null)).rejects.toEqual(refused);
        await expect(memory.countAfter(user, null)).rejects.toEqual(refused);
        await expect(memory.reindex(user)).rejects.toEqual(refused);
      },
    );

    it("hands out copies, so a caller cannot rewrite history", async () => {
      const memory = await create();
      const user = newUser();
      const { episode } = await memory.add(user, turnAt(1, "tea", { toolsUsed: ["a"] }));
      const spoil = (given: Episode | null | undefined) => {
        given?.toolsUsed.push("tampered");
        Object.assign(given ?? {}, { response: "tampered" });
      };
      spoil(episode);
      spoil(await memory.get(user, turnAt(1, "tea").id));
      spoil((await memory.latest(user, 1))[0]);
      spoil((await memory.list(user))[0]);
      spoil((await memory.similar(user, "tea", 1)).recalled[0]?.episode);
      expect(await memory.get(user, turnAt(1, "tea").id)).toEqual(
        turnAt(1, "tea", { toolsUsed: ["a"] }),
      );
    });

    it("is not changed by what a caller does to an episode after adding it", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "tea");
      await memory.add(user, episode);
      episode.toolsUsed.push("tampered");
      expect((await memory.get(user, episode.id))?.toolsUsed).toEqual([]);
    });

    it("keeps one episode of twenty identical concurrent writes", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "Which tea do I like?");
      await Promise.all(Array.from({ length: 20 }, () => memory.add(user, episode)));
      expect(await memory.list(user)).toEqual([episode]);
      expect(await recall(memory, user, "Which tea do I like?", 10)).toEqual([episode.id]);
    });

    it("keeps the same question of another day, and the same item with another answer", async () => {
      const memory = await create();
      const user = newUser();
      await memory.add(user, turnAt(1, "Which tea?"));
      await memory.add(user, turnAt(1441, "Which tea?"));
      await memory.add(user, undatedItem(0, "Which tea?", "green"));
      await memory.add(user, undatedItem(0, "Which tea?", "black"));
      await memory.add(user, undatedItem(0, "Which tea?", "black"));
      expect(await memory.list(user)).toHaveLength(4);
    });

    it("lets a regenerated turn replace the response, and keeps each old one once", async () => {
      const memory = await create();
      const user = newUser();
      const said = (response: string, personaVersion: number) =>
        turnAt(1, "Which tea?", { response, personaVersion, toolsUsed: [response] });
      await memory.add(user, said("green", 1));
      const { episode } = await memory.add(user, said("black", 2));
      expect(episode).toEqual({ ...said("black", 2), replacedResponses: ["green"] });
      for (const response of ["green", "black", "green"]) await memory.add(user, said(response, 3));
      const last = await memory.get(user, turnAt(1, "Which tea?").id);
      expect(last).toMatchObject({ response: "green", replacedResponses: ["black"] });
      expect(await memory.list(user)).toHaveLength(1);
    });

    it("never loses a true answer or feedback to a repeated or regenerated turn", async () => {
      const memory = await create();
      const user = newUser();
      const turn = turnAt(1, "Which tea?");
      await memory.add(user, turn);
      await memory.update(user, turn.id, { groundTruth: "oolong", feedback });
      await memory.add(user, turn);
      await memory.add(user, { ...turn, response: "another" });
      await memory.addMany(user, [{ ...turn, response: null }]);
      expect(await memory.get(user, turn.id)).toMatchObject({
        response: "another",
        groundTruth: "oolong",
        feedback,
      });
    });

    it("takes a true answer, then a judgement that leaves it as it is, then a correction", async () => {
      const memory = await create();
      const user = newUser();
      const { id } = turnAt(1, "Which tea?");
      await memory.add(user, turnAt(1, "Which tea?"));
      await memory.update(user, id, { groundTruth: "oolong", feedback });
      const reject: Feedback = { ...feedback, kind: "reject" };
      const { episode } = await memory.update(user, id, { feedback: reject });
      expect(episode).toMatchObject({ groundTruth: "oolong", feedback: reject });
      await memory.update(user, id, { groundTruth: "sencha", feedback });
      expect(await memory.get(user, id)).toMatchObject({ groundTruth: "sencha", feedback });
    });

    it("takes a true answer away again: it is no longer counted, and no longer found by", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "What shall we drink?");
      await memory.add(user, episode);
      for (let n = 2; n < 30; n += 1) await memory.add(user, turnAt(n, `Unrelated matter ${n}`));
      const nearness = async () =>
        (await memory.similar(user, "gyokuro", 30)).recalled.find(
          (found) => found.episode.id === episode.id,
        )?.score ?? 0;
      await memory.update(user, episode.id, { groundTruth: "gyokuro", feedback });
      const before = await nearness();
      const reject: Feedback = { ...feedback, kind: "reject" };
      await memory.update(user, episode.id, { groundTruth: null, feedback: reject });
      expect(await memory.get(user, episode.id)).toEqual({ ...episode, feedback: reject });
      expect(await memory.countAnswered(user, null)).toBe(0);
      expect(await nearness()).toBeLessThan(before);
    });

    it("decides on a change by what stands, one change after the other", async () => {
      const memory = await create();
      const user = newUser();
      const { id } = turnAt(1, "Which tea?");
      await memory.add(user, turnAt(1, "Which tea?"));
      const seen: (string | null)[] = [];
      const written = await Promise.all(
        Array.from({ length: 20 }, () =>
          memory.update(user, id, (stored) => {
            seen.push(stored.groundTruth);
            stored.toolsUsed.push("tampered");
            return stored.groundTruth === "sencha" ? null : { groundTruth: "sencha", feedback };
          }),
        ),
      );
      expect(seen).toEqual([null, ...Array.from({ length: 19 }, () => "sencha")]);
      const after = { ...turnAt(1, "Which tea?"), groundTruth: "sencha", feedback };
      for (const { episode } of written) expect(episode).toEqual(after);
    });

    it("finds an episode by the words of an answer that arrived later", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "What shall we drink?");
      await memory.add(user, episode);
      for (let n = 2; n < 30; n += 1) await memory.add(user, turnAt(n, `Unrelated matter ${n}`));
      await memory.update(user, episode.id, { groundTruth: "gyokuro", feedback });
      expect(await recall(memory, user, "gyokuro", 2)).toContain(episode.id);
    });

    it("says so when a true answer arrives for an episode that is not there", async () => {
      const memory = await create();
      const { id } = turnAt(1, "x");
      const unknown = expect.objectContaining({ code: "config-episode-unknown" });
      const change = { groundTruth: "y", feedback };
      await expect(memory.update(newUser(), id, change)).rejects.toEqual(unknown);
      await expect(memory.update(newUser(), "no id", change)).rejects.toEqual(unknown);
    });

    it("says of somebody else's episode what it says of none", async () => {
      const memory = await create();
      const [alice, bob] = [newUser("alice"), newUser("bob")];
      const { id } = turnAt(1, "x");
      const said = () => memory.update(bob, id, { feedback }).catch((error: unknown) => error);
      const ofNone = await said();
      await memory.add(alice, turnAt(1, "x"));
      expect(String(await said())).toBe(String(ofNone));
    });

    it("deletes from everywhere, once", async () => {
      const memory = await create();
      const user = newUser();
      const [gone, stays] = [turnAt(1, "secret ingredient"), turnAt(2, "secret garden")];
      await memory.addMany(user, [gone, stays]);
      expect(await memory.delete(user, gone.id)).toEqual({
        statements: 0,
        lines: 0,
        responses: [],
        sameIn: [stays.id],
      });
      expect(await memory.delete(user, gone.id)).toBeNull();
      expect(await memory.get(user, gone.id)).toBeNull();
      expect(ids(await memory.latest(user, 10))).toEqual([stays.id]);
      expect(ids(await memory.list(user))).toEqual([stays.id]);
      expect(await recall(memory, user, "secret ingredient", 10)).toEqual([stays.id]);
    });

    it("names everybody who has an episode, sorted, and nobody else", async () => {
      const memory = await create();
      const [zoe, amy, nobody] = [newUser("zoe"), newUser("amy"), newUser("nobody")];
      await memory.add(zoe, turnAt(1, "x"));
      await memory.addMany(amy, [turnAt(1, "x")]);
      await memory.latest(nobody, 1);
      const mine = (await memory.users()).filter((user) => [zoe, amy, nobody].includes(user));
      expect(mine).toEqual([amy, zoe]);
      await memory.delete(zoe, turnAt(1, "x").id);
      expect(await memory.users()).not.toContain(zoe);
    });

    it("pages through a long history without a gap, and knows its latest 256", async () => {
      const memory = await create();
      const user = newUser();
      const history = Array.from({ length: 400 }, (_, n) => turnAt(n, `matter ${n}`));
      const told: number[] = [];
      const written = await memory.addMany(user, history, (done, total) => {
        expect(total).toBe(400);
        told.push(done);
      });
      expect(written).toEqual({ added: 400, degraded: [] });
      expect(told.at(-1)).toBe(400);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      const newestFirst = ids(history.toReversed());
      const paged: string[] = [];
      for (;;) {
        const before = paged.at(-1);
        const page = await memory.list(user, {
          limit: 90,
          ...(before === undefined ? {} : { before }),
        });
        if (page.length === 0) break;
        paged.push(...ids(page));
      }
      expect(paged).toEqual(newestFirst);
      expect(ids(await memory.latest(user, 1000))).toEqual(newestFirst.slice(0, 256));
      const [oldest = "", newest = ""] = [newestFirst.at(-1), newestFirst[0]];
      expect(await memory.findTurn(user, identityOfId(newest))).toBe(newest);
      expect(await memory.findTurn(user, identityOfId(oldest))).toBeNull();
      expect(await memory.countAfter(user, newestFirst[3] ?? "")).toBe(3);
      expect(await memory.countAfter(user, null)).toBe(256);
      expect(await memory.addMany(user, history)).toEqual({ added: 0, degraded: [] });
    });

    it("fills the latest up again after deletions", async () => {
      const memory = await create();
      const user = newUser();
      const history = Array.from({ length: 330 }, (_, n) => turnAt(n, `matter ${n}`));
      await memory.addMany(user, history);
      const newestFirst = ids(history.toReversed());
      for (const id of newestFirst.slice(0, 70)) await memory.delete(user, id);
      expect(ids(await memory.latest(user, 256))).toEqual(newestFirst.slice(70, 326));
    });

    it("counts the true answers that came since", async () => {
      const memory = await create();
      const user = newUser();
      await memory.addMany(user, [
        turnAt(1, "a", { groundTruth: "x" }),
        turnAt(2, "b"),
        turnAt(3, "c"),
      ]);
      expect(await memory.countAnswered(user, null)).toBe(1);
      await memory.update(user, turnAt(2, "b").id, { groundTruth: "y", feedback });
      await memory.update(user, turnAt(3, "c").id, { feedback });
      expect(await memory.countAnswered(user, null)).toBe(2);
      expect(await memory.countAnswered(user, "1999-01-01T00:00:00.000Z")).toBe(2);
      expect(await memory.countAnswered(user, "2999-01-01T00:00:00.000Z")).toBe(0);
    });

    it("recalls what is like the query, best first, by meaning or by a rare word", async () => {
      const memory = await create();
      const user = newUser();
      const pasta = turnAt(1, "How long do I cook fresh pasta?");
      const flight = turnAt(2, "Is my flight to Zanzibar on time?");
      const others = Array.from({ length: 40 }, (_, n) =>
        turnAt(n + 3, `Note number ${n} of work`),
      );
      await memory.addMany(user, [pasta, flight, ...others]);
      expect((await recall(memory, user, "cook pasta", 3))[0]).toBe(pasta.id);
      expect(await recall(memory, user, "What did I say about Zanzibar?", 3)).toContain(flight.id);
      const { recalled } = await memory.similar(user, "cook fresh pasta", 5);
      const scores = recalled.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(Math.min(...scores)).toBeGreaterThan(0);
      expect(recalled).toHaveLength(5);
    });

    it("recalls nothing for an empty query, a limit of 0 or a user without episodes", async () => {
      const memory = await create();
      const user = newUser();
      await memory.add(user, turnAt(1, "tea"));
      const nothing = { recalled: [], degraded: [] };
      expect(await memory.similar(user, " \n", 5)).toEqual(nothing);
      expect(await memory.similar(user, "tea", 0)).toEqual(nothing);
      expect(await memory.similar(newUser(), "tea", 5)).toEqual(nothing);
    });

    it("keeps to the times it is given: since is included, until is not", async () => {
      const memory = await create();
      const user = newUser();
      const turns = [1, 2, 3, 4].map((n) => turnAt(n, `tea of day ${n}`));
      const undated = undatedItem(0, "tea of an unknown day", "green");
      await memory.addMany(user, [undated, ...turns]);
      const bounds = { since: minuteAt(2), until: minuteAt(4) };
      const inside = ids([turnAt(2, "tea of day 2"), turnAt(3, "tea of day 3")]);
      expect((await recall(memory, user, "tea of day", 10, bounds)).toSorted()).toEqual(inside);
      expect(ids(await memory.latest(user, 10, bounds)).toReversed()).toEqual(inside);
      expect(await recall(memory, user, "tea", 10, { until: minuteAt(1) })).toEqual([undated.id]);
      expect(await recall(memory, user, "tea", 10, { since: minuteAt(5) })).toEqual([]);
    });

    it("leaves an episode and everything later out, of one millisecond too, by vector and by words", async () => {
      const memory = await create();
      const user = newUser();
      const same = ["a", "b", "c"]
        .map((letter) => turnAt(5, `quokka question ${letter}`))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const [before, self, after] = same;
      const earlier = turnAt(4, "quokka question before");
      await memory.addMany(user, [earlier, ...same, turnAt(6, "quokka question later")]);
      const bounds = { beforeId: self?.id ?? "" };
      const visible = [earlier.id, before?.id];
      expect((await recall(memory, user, self?.query ?? "", 10, bounds)).toSorted()).toEqual(
        visible,
      );
      expect(await recall(memory, user, "quokka", 10, bounds)).not.toContain(after?.id);
      expect(ids(await memory.latest(user, 10, bounds)).toReversed()).toEqual(visible);
    });

    it("gives as many as asked from before an episode, behind a crowd of the same millisecond", async () => {
      const memory = await create();
      const user = newUser();
      const crowd = Array.from({ length: 150 }, (_, n) => turnAt(5, `quokka question ${n}`));
      const earlier = [1, 2, 3].map((n) => turnAt(n, `quokka ${n}`));
      await memory.addMany(user, [...earlier, ...crowd]);
      const [first = ""] = ids(crowd).toSorted();
      const bounds = { beforeId: first };
      const found = await recall(memory, user, "quokka question", 3, bounds);
      expect(found.toSorted()).toEqual(ids(earlier));
    });

    it("leaves out the ids it is told to, and still gives as many as asked", async () => {
      const memory = await create();
      const user = newUser();
      const turns = Array.from({ length: 60 }, (_, n) => turnAt(n, `tea number ${n}`));
      await memory.addMany(user, turns);
      const excludeIds = ids(turns.slice(0, 50));
      const found = await recall(memory, user, "tea number", 10, { excludeIds });
      expect(found.toSorted()).toEqual(ids(turns.slice(50)));
      expect(ids(await memory.latest(user, 1, { excludeIds: ids(turns.slice(59)) }))).toEqual(
        ids(turns.slice(58, 59)),
      );
    });

    it("refuses bounds that are none, rather than showing too much", async () => {
      const memory = await create();
      const refused = expect.objectContaining({ code: "config-invalid" });
      for (const bounds of [{ since: "soon" }, { until: "" }, { beforeId: "x" }]) {
        await expect(memory.similar(newUser(), "tea", 1, bounds)).rejects.toEqual(refused);
        await expect(memory.latest(newUser(), 1, bounds)).rejects.toEqual(refused);
      }
    });

    it("stores texts that some stores refuse, and finds them", async () => {
      const memory = await create();
      const user = newUser();
      const episode = turnAt(1, "before\0after \ud800 quokka", {
        response: "\0r\udfff",
        groundTruth: "😀".repeat(5_000),
        threadId: "t\0",
        toolsUsed: ["\ud800"],
        feedback: { ...feedback, author: "a\0da" },
      });
      await memory.add(user, episode);
      const stored = await memory.get(user, episode.id);
      expect(stored).toMatchObject({
        query: "beforeafter \ufffd quokka",
        response: "r\ufffd",
        threadId: "t",
        toolsUsed: ["\ufffd"],
        feedback: { author: "ada" },
      });
      expect(stored?.groundTruth).toBe("😀".repeat(4_000));
      expect(await recall(memory, user, "quokka\0 \udc00", 1)).toEqual([episode.id]);
    });

    it("takes an empty query and a very long one", async () => {
      const memory = await create();
      const user = newUser();
      const long = turnAt(2, "word ".repeat(30_000));
      await memory.addMany(user, [turnAt(1, ""), long]);
      expect((await memory.get(user, long.id))?.query).toHaveLength(32_000);
      expect(await memory.list(user)).toHaveLength(2);
    });

    it("searches with a message that is one endless word", async () => {
      const memory = await create();
      const user = newUser();
      const word = "tea".repeat(30_000);
      const episodes = [turnAt(1, "coffee"), turnAt(2, word)];
      await memory.addMany(user, episodes);
      expect((await recall(memory, user, word, 2))[0]).toBe(turnAt(2, word).id);
    });

    it("finds words in scripts without spaces", async () => {
      const memory = await create();
      const user = newUser();
      const tokyo = turnAt(1, "私は東京に住んでいます");
      await memory.addMany(user, [tokyo, turnAt(2, "好きな食べ物は何ですか"), turnAt(3, "hello")]);
      expect((await recall(memory, user, "東京の天気", 1))[0]).toBe(tokyo.id);
    });

    it("rebuilds the index of one user, and of all", async () => {
      const memory = await create();
      const user = newUser();
      await memory.addMany(user, [turnAt(1, "tea"), turnAt(2, "coffee")]);
      const told: [number, number][] = [];
      expect(await memory.reindex(user, (...progress) => told.push(progress))).toEqual({
        episodes: 2,
      });
      expect(told.at(-1)).toEqual([2, 2]);
      expect((await recall(memory, user, "coffee", 1))[0]).toBe(turnAt(2, "coffee").id);
      expect((await memory.reindex()).episodes).toBeGreaterThanOrEqual(2);
      expect((await recall(memory, user, "tea", 1))[0]).toBe(turnAt(1, "tea").id);
      await memory.settled();
    });
  });
}
