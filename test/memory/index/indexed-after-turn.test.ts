import { describe, expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { memoryParts } from "../../support/agents/memory-parts.js";
import { turnAt } from "../../support/users/episodes.js";

const tea = turnAt(1, "I drink green tea");
const trip = turnAt(2, "My trip to Zanzibar", { threadId: "journey" });
/** What the agent says of a turn that it writes. */
const asTurn = { startedAt: "2026-01-01T00:00:00.000Z" };

/** From now on the index takes entries only when it is let go on. */
function hold(index: ReturnType<typeof memoryParts>["index"]): () => void {
  const upsert = index.upsert.bind(index);
  let goOn: () => void = () => undefined;
  const free = new Promise<void>((resolve) => (goOn = resolve));
  index.upsert = async (...written) => {
    await free;
    await upsert(...written);
  };
  return goOn;
}

/** Memory whose index is held. */
function given() {
  const parts = memoryParts();
  const goOn = hold(parts.index);
  const found = async (query: string) => {
    const { recalled, degraded } = await parts.episodes.similar("ada", query, 5);
    return { ids: recalled.map(({ episode }) => episode.id), degraded };
  };
  return { ...parts, goOn, found };
}

describe("a turn that is written", () => {
  it("does not wait for the index, and is found meanwhile, the user's very first too", async () => {
    const { episodes, indexed, goOn, found, unindexed } = given();
    expect(await episodes.add("ada", tea, asTurn)).toEqual({ episode: tea, degraded: [] });
    expect(indexed("ada")).toEqual([]);
    expect(await found("green tea")).toEqual({ ids: [tea.id], degraded: [] });
    goOn();
    await episodes.settled();
    expect(indexed("ada")).toEqual([tea.id]);
    expect(await unindexed()).toBe(null);
    expect(await found("green tea")).toEqual({ ids: [tea.id], degraded: [] });
  });

  it("stays to be indexed where the index is away, which is reported", async () => {
    const { episodes, index, indexed, errors, goOn, found } = given();
    goOn();
    await episodes.add("ada", tea);
    index.isAvailable = false;
    expect(await episodes.add("ada", trip, asTurn)).toEqual({ episode: trip, degraded: [] });
    await episodes.settled();
    expect(errors).toEqual(["index-unavailable"]);
    expect(indexed("ada")).toEqual([tea.id]);
    index.isAvailable = true;
    expect(await found("Zanzibar")).toEqual({ ids: [trip.id, tea.id], degraded: [] });
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });

  it("leaves nothing in the index where the user was erased before it came there", async () => {
    const { episodes, erasure, visits, index, indexed, errors, goOn } = given();
    const visit = visits.open(userKey("ada"));
    await visit.run(() => episodes.add("ada", tea, asTurn));
    visit.end();
    const erasing = erasure.erase("ada");
    goOn();
    await erasing;
    await episodes.settled();
    expect(indexed("ada")).toEqual([]);
    expect(await index.keywordSearch(userKey("ada"), ["tea"], 1)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("comes to the index as it is by then, where it was written again or a neighbour deleted meanwhile", async () => {
    const { episodes, index, goOn, unindexed, store } = given();
    const [one, two] = [turnAt(1, "The dog Quizzle"), turnAt(2, "And tea")];
    goOn();
    await episodes.add("ada", one);
    const writing = episodes.add("ada", two, asTurn);
    const again = episodes.add("ada", { ...two, response: "Sencha it is." }, asTurn);
    const deleting = episodes.delete("ada", one.id);
    await Promise.all([writing, again, deleting]);
    await episodes.settled();
    const words = (id: string) => index.entries(userKey("ada")).get(id)?.words ?? "";
    expect([...index.entries(userKey("ada")).keys()]).toEqual([two.id]);
    const alone = memoryParts({ store });
    const fresh = alone.restart(alone.index);
    await fresh.episodes.reindex("ada");
    expect(words(two.id)).toBe(alone.index.entries(userKey("ada")).get(two.id)?.words);
    expect(await unindexed()).toBe(null);
  });
});

it("a turn that is on its way to the index is ranked by its vector too", async () => {
  const { episodes, index, goOn, found } = given();
  const [near, far] = [turnAt(1, "green tea"), turnAt(2, "tea for the aunt")];
  goOn();
  await episodes.add("ada", near);
  const letGo = hold(index);
  await episodes.add("ada", far, asTurn);
  const before = await found("green tea");
  letGo();
  await episodes.settled();
  expect(before).toEqual({ ids: [near.id, far.id], degraded: [] });
  expect(await found("green tea")).toEqual(before);
});

describe("an import", () => {
  it("leaves out of the index what is deleted before its part comes there", async () => {
    const { episodes, index, goOn } = given();
    goOn();
    const many = Array.from({ length: 300 }, (_, n) => turnAt(n, `Number ${n}`));
    const newest = many.at(-1)?.id ?? "";
    let deleting: Promise<unknown> | undefined;
    await episodes.addMany("ada", many, (done) => {
      deleting ??= done < 300 ? episodes.delete("ada", newest) : undefined;
    });
    await deleting;
    await episodes.settled();
    expect(deleting).toBeDefined();
    expect(index.entries(userKey("ada")).has(newest)).toBe(false);
    expect(index.entries(userKey("ada")).size).toBe(299);
  });
});
