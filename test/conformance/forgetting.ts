import { describe, expect, it } from "vitest";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import type { ProfileStatement } from "../../src/domain/profile.js";
import type { Memory } from "../../src/memory/memory.js";
import { alignmentRecord } from "../support/users/alignment-record.js";
import { turnAt } from "../support/users/episodes.js";

const asthma = turnAt(1, "I have asthma.", { response: "Noted." });
const tea = turnAt(2, "I like green tea.", { response: "Noted." });
const walk = turnAt(3, "Where shall I walk?", {
  response: "As an asthmatic, stay out of the smog.",
  replacedResponses: ["Mind your asthma.", "By the lake."],
});
/** Later than every turn above. */
const learnedAt = "2025-06-01T00:00:00.000Z";
const correctedAt = "2025-07-01T00:00:00.000Z";
const secret = /asthma/i;

/** What deletions must do to everything that memory keeps. Every test has users of its own. */
export function describeForgetting(name: string, create: () => Memory | Promise<Memory>) {
  let users = 0;
  const newUser = () => `forgetful-${(users += 1)}-${name.replaceAll(/\W+/g, "-")}`;

  /** Everything that can be read of a user. */
  async function readAll({ episodes, personas, profiles }: Memory, user: string): Promise<string> {
    const read = [
      await episodes.list(user),
      await episodes.similar(user, "Do I have asthma?", 10),
      await personas.head(user),
      await personas.history(user),
      await profiles.current(user),
      await profiles.history(user),
      await episodes.withdrawals(user),
    ];
    return JSON.stringify(read);
  }

  const profile = (
    ...statements: (Omit<ProfileStatement, "replaces"> & Partial<ProfileStatement>)[]
  ) => ({
    at: learnedAt,
    statements: statements.map((statement) => ({ replaces: [], ...statement })),
    lastEpisodeId: walk.id,
    episodeCount: 3,
    model: "m",
  });

  async function learned() {
    const memory = await create();
    const user = newUser();
    const { profiles, personas } = memory;
    await memory.episodes.addMany(user, [asthma, tea, walk]);
    const likesTea = { text: "Likes tea.", evidence: [tea.id] };
    await profiles.append(user, profile({ text: "Has asthma.", evidence: [asthma.id] }, likesTea));
    await profiles.append(
      user,
      profile(
        { text: "Needs clean air.", evidence: [asthma.id, walk.id] },
        { text: "Asks about walks, being asthmatic.", evidence: [walk.id] },
        {
          ...likesTea,
          replaces: [{ text: "Drinks nothing with her asthma.", evidence: [asthma.id] }],
        },
      ),
    );
    const line = (text: string, ...evidence: string[]) => ({ text, tool: null, evidence });
    const first = await personas.append(user, {
      parent: initialPersona,
      at: learnedAt,
      author: "alignment",
      status: "active",
      lines: [line("Mention asthma.", asthma.id), line("Offer tea.", tea.id)],
      paperSystemPrompt: "You serve somebody whose lungs are weak.",
      reason: "Kept: asthma matters.",
      alignment: alignmentRecord({
        decision: null,
        scores: { batch: [{ episodeId: asthma.id, parent: 0, candidate: 1 }], holdout: [] },
        critiques: [
          { episodeId: asthma.id, text: "Forgot the lungs." },
          { episodeId: walk.id, text: "Forgot the asthma." },
          { episodeId: tea.id, text: "Forgot the tea." },
        ],
        rejections: [{ kind: "memorises", line: "Weak lungs.", reason: "It quotes." }],
        review: { decision: "approve", author: "x", at: learnedAt, note: "Asthma is right." },
      }),
    });
    const head = await personas.append(user, {
      parent: first,
      at: learnedAt,
      author: "person",
      status: "active",
      lines: [line("Offer tea.", tea.id), line("Offer clean air.", tea.id, asthma.id)],
      paperSystemPrompt: first.paperSystemPrompt,
      reason: "By hand.",
    });
    await personas.append(user, {
      parent: head,
      at: learnedAt,
      author: "alignment",
      status: "rejected",
      lines: [line("Warn of asthma.", asthma.id, tea.id)],
      reason: "Worse.",
    });
    return { ...memory, memory, user, first, head };
  }

  describe(`Forgetting: ${name}`, () => {
    it("takes along what rests on the deleted episode, in all versions, and says so", async () => {
      const { memory, user, episodes, profiles, personas, first, head } = await learned();
      expect(await readAll(memory, user)).toMatch(secret);
      expect(await episodes.delete(user, asthma.id)).toEqual({
        statements: 3,
        lines: 3,
        responses: [walk.id],
        sameIn: [],
      });
      expect(await readAll(memory, user)).not.toMatch(/asthma|lungs|clean air/i);
      expect(await episodes.get(user, walk.id)).toEqual({
        ...walk,
        response: null,
        replacedResponses: ["By the lake."],
      });
      const statements = [{ text: "Likes tea.", evidence: [tea.id] }];
      expect(await profiles.history(user)).toMatchObject([
        { version: 1, statements, episodeCount: 0 },
        { version: 2, statements, episodeCount: 0 },
      ]);
      const left = await personas.head(user);
      expect(left).toMatchObject({ id: head.id, version: 2, paperSystemPrompt: null });
      expect(left.lines.map(({ text }) => text)).toEqual(["Offer tea."]);
      const [, version1] = await personas.history(user);
      expect(version1).toMatchObject({
        id: first.id,
        alignment: {
          scores: { batch: [{ episodeId: asthma.id, parent: 0, candidate: 1 }] },
          critiques: [{ episodeId: tea.id, text: "Forgot the tea." }],
          rejections: [{ kind: "memorises", line: null }],
          review: { decision: "approve", note: null },
          usage: alignmentRecord().usage,
        },
      });
    });

    it("leaves what rests on others alone", async () => {
      const { user, episodes, profiles, personas, head } = await learned();
      const before = [await profiles.current(user), await personas.head(user)];
      const told = turnAt(9, "Weather?");
      await episodes.add(user, told);
      expect(await episodes.delete(user, told.id)).toMatchObject({ statements: 0, lines: 0 });
      expect([await profiles.current(user), await personas.head(user)]).toEqual(before);
      expect((await personas.head(user)).id).toBe(head.id);
    });

    it("does not let an append bring it back", async () => {
      const { memory, user, episodes, profiles, personas, head } = await learned();
      await episodes.delete(user, asthma.id);
      await profiles.append(user, profile({ text: "Has asthma.", evidence: [asthma.id] }));
      const lines = [{ text: "Mention asthma.", tool: null, evidence: [tea.id, asthma.id] }];
      const late = { parent: head, at: learnedAt, author: "alignment", status: "active" } as const;
      await personas.append(user, { ...late, lines, reason: "late" });
      expect(await readAll(memory, user)).not.toMatch(secret);
    });

    it("names those who say the same, keeps what they support, and forgets it with the last", async () => {
      const { memory, user, episodes } = await learned();
      const again = turnAt(4, "My asthma is bad today.");
      await episodes.add(user, again);
      expect(await episodes.delete(user, asthma.id)).toMatchObject({
        responses: [],
        sameIn: [again.id],
      });
      expect(await episodes.get(user, walk.id)).toEqual(walk);
      expect(await episodes.delete(user, again.id)).toMatchObject({ responses: [walk.id] });
      expect(await readAll(memory, user)).not.toMatch(secret);
    });

    it("forgets a true answer that was only an accepted response, with that response", async () => {
      const { user, episodes } = await learned();
      const feedback = {
        kind: "accept" as const,
        author: user,
        at: learnedAt,
        reason: null,
        inferred: null,
      };
      await episodes.update(user, walk.id, { groundTruth: walk.response, feedback });
      expect(await episodes.countAnswered(user, null)).toBe(1);
      await episodes.delete(user, asthma.id);
      const left = { response: null, groundTruth: null, feedback: null };
      expect(await episodes.get(user, walk.id)).toMatchObject(left);
      expect(await episodes.countAnswered(user, null)).toBe(0);
    });

    it("does not take a deleted turn back, but an episode that is added on purpose", async () => {
      const { user, episodes } = await learned();
      await episodes.delete(user, asthma.id);
      const turn = { startedAt: "2020-01-01T00:00:00.000Z" };
      expect((await episodes.add(user, asthma, turn)).episode).toBeNull();
      expect(await episodes.get(user, asthma.id)).toBeNull();
      const late = turnAt(8, "And now?", { response: "Mind your asthma." });
      expect((await episodes.add(user, late, turn)).episode).toMatchObject({ response: null });
      await episodes.addMany(user, [asthma]);
      expect(await episodes.get(user, asthma.id)).toEqual(asthma);
      expect(await episodes.withdrawals(user)).toEqual([]);
    });

    it("lets parts on a corrected answer alone out of every version, and later ones in", async () => {
      const { user, episodes, profiles, personas } = await learned();
      const answer = (groundTruth: string | null, at: string) =>
        episodes.update(user, tea.id, {
          groundTruth,
          feedback: { kind: "answer", author: user, at, reason: null, inferred: null },
        });
      await answer("green", "2025-05-01T00:00:00.000Z");
      expect((await personas.head(user)).lines).toHaveLength(2);
      await answer("black", correctedAt);
      expect((await profiles.history(user)).map((each) => each.statements.length)).toEqual([1, 2]);
      expect((await personas.head(user)).lines.map(({ text }) => text)).toEqual([
        "Offer clean air.",
      ]);
      const statements = [{ text: "Likes black tea.", evidence: [tea.id], replaces: [] }];
      const at = "2025-08-01T00:00:00.000Z";
      await profiles.append(user, { ...profile(...statements), at });
      expect((await profiles.current(user))?.statements).toEqual(statements);
      await answer(null, "2025-09-01T00:00:00.000Z");
      expect(await profiles.current(user)).toMatchObject({ statements: [], episodeCount: 0 });
    });
  });
}
