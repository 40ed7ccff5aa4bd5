import { beforeEach, describe, expect, it } from "vitest";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import type { AlignmentRecord } from "../../../src/domain/alignment/alignment-record.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import type { NewCheckpoint } from "../../../src/memory/personas/persona-log.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { minuteAt, undatedItem } from "../../support/users/episodes.js";

const agent = createPersonaAgent();
const run = commandLineOf(agent);
const { personas } = agent.memory;

const line = (text: string, interactions: number, tool: string | null = null) => ({
  text,
  tool,
  evidence: Array.from({ length: interactions }, (_, n) => `e${n}`),
});
const tea = line("Likes tea in the morning.", 2);
const greenTea = line("Likes green tea in the morning.", 3);
const search = line("Search for \u001b[31mtea houses.", 1, "recall_memory");

async function append(user: string, change: Partial<NewCheckpoint>): Promise<PersonaCheckpoint> {
  return personas.append(user, {
    at: minuteAt(1),
    author: "alignment",
    status: "active",
    lines: [tea],
    reason: "Learned.",
    parent: initialPersona,
    ...change,
  });
}

/** A log with every standing, of a new user for each test. */
let user = "";
let users = 0;
let first: PersonaCheckpoint;
let second: PersonaCheckpoint;
let rejected: PersonaCheckpoint;
let superseded: PersonaCheckpoint;
beforeEach(async () => {
  user = `ada-${(users += 1)}`;
  first = await append(user, { alignment: alignmentRecord() });
  second = await append(user, {
    parent: first,
    at: minuteAt(2),
    lines: [greenTea, search],
    reason: "Better:\nmore right.",
  });
  superseded = await append(user, { parent: first, at: minuteAt(3), lines: [greenTea] });
  rejected = await append(user, {
    parent: second,
    at: minuteAt(4),
    status: "rejected",
    lines: [search],
    reason: "Worse on its own batch.",
    alignment: alignmentRecord({
      scores: { batch: [{ episodeId: "e1", parent: 1, candidate: 0 }], holdout: [] },
    }),
  });
});

async function json(...words: string[]): Promise<unknown> {
  const { code, out, err } = await run([...words, "--user", user, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

describe("log", () => {
  it("gives a program every checkpoint as stored, oldest first, with its status", async () => {
    const plain = { head: false, trial: null, promising: false, means: null };
    const unused = { ...plain, version: null };
    const measured = { batch: expect.any(Object), holdout: expect.any(Object) };
    expect(await json("log")).toEqual([
      { ...initialPersona, ...plain, standing: "past" },
      { ...first, ...plain, means: measured, standing: "past" },
      { ...second, ...plain, head: true, standing: "head" },
      { ...superseded, ...unused, standing: "superseded" },
      { ...rejected, ...unused, means: measured, standing: "rejected" },
    ]);
  });

  it("shows a person what each version changed, why, and what it was measured by", async () => {
    const { code, out, err } = await run(["log", "--user", user]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")).toEqual([
      "version  status      author     date (UTC)        id",
      "0        past        initial    –                 0000000000",
      "         The first persona: the fixed rules and the user's profile, nothing learned yet.",
      `1        past        alignment  2025-01-01 00:01  ${first.id}`,
      "         Learned.",
      "         batch 0.50 → 1.00 (1 item), holdout 1.00 → 0.00 (1 item); 9 calls, 100 tokens in, 20 out",
      "         + Likes tea in the morning. (2 interactions)",
      "           e0, e1",
      `2        head        alignment  2025-01-01 00:02  ${second.id}`,
      "         Better: more right.",
      // What would change the terminal's colour is not printed.
      "         + Search for [31mtea houses. (about recall_memory; 1 interaction)",
      "           e0",
      "         ~ Likes tea in the morning. (2 interactions)",
      "           → Likes green tea in the morning. (3 interactions)",
      "             e0, e1, e2",
      `–        superseded  alignment  2025-01-01 00:03  ${superseded.id}`,
      "         Learned.",
      "         ~ Likes tea in the morning. (2 interactions)",
      "           → Likes green tea in the morning. (3 interactions)",
      "             e0, e1, e2",
      `–        rejected    alignment  2025-01-01 00:04  ${rejected.id}`,
      "         Worse on its own batch.",
      "         batch 1.00 → 0.00 (1 item), holdout not asked; 9 calls, 100 tokens in, 20 out",
      "         - Likes green tea in the morning. (3 interactions)",
      "",
    ]);
  });

  it("shows a person the whole reason, and the status kept for an update without a change", async () => {
    const reason = `Kept: ${"the answers agree with the lines that are there, ".repeat(6)}so be it.`;
    const { lines } = second;
    const kept = { parent: second, at: minuteAt(6), lines, reason, alignment: alignmentRecord() };
    const { id } = await append(user, { ...kept, status: "rejected" });
    const { out } = await run(["log", "--user", user]);
    expect(out).toContain(`\n–        kept        alignment  2025-01-01 00:06  ${id}\n`);
    const shown = (out.split(id)[1] ?? "").split("\n").slice(1, -2);
    expect(shown.length).toBeGreaterThan(1);
    expect(Math.max(...shown.map(({ length }) => length))).toBeLessThanOrEqual(120);
    expect(shown.map((text) => text.trim()).join(" ")).toBe(reason);
    expect(await json("log")).toContainEqual(
      expect.objectContaining({ id, version: null, standing: "kept" }),
    );
  });

  it("tells a refused update from one that was not proposed, and both from a persona that was kept", async () => {
    const outcomes: Record<string, Partial<AlignmentRecord>> = {
      refused: { rejections: [{ kind: "markup", line: "<b>", reason: "It has marks." }] },
      "no update": { rejections: [] },
      "not started": { scores: { batch: [], holdout: [] } },
    };
    for (const [outcome, change] of Object.entries(outcomes)) {
      const same = { parent: second, at: minuteAt(7), lines: second.lines, reason: "None." };
      const alignment = alignmentRecord(change);
      const { id } = await append(user, { ...same, alignment, status: "rejected" });
      const { out } = await run(["log", "--user", user]);
      expect(out).toContain(`\n–        ${outcome.padEnd(12)}alignment  2025-01-01 00:07  ${id}\n`);
    }
  });

  it("shows that a version has a text of paper mode no more", async () => {
    const text = { paperSystemPrompt: "You serve Ada.", at: minuteAt(5), parent: second };
    const paper = await append(user, text);
    await append(user, { parent: paper, at: minuteAt(6), lines: [] });
    const { out } = await run(["log", "--user", user]);
    expect(out).toMatch(/\n {9}\+ the text of paper mode; `diff` shows it\n/);
    expect(out).toMatch(/\n {9}- the text of paper mode\n$/);
  });

  it("has version 0 for every user, and says when a user is unknown", async () => {
    user = "nobody";
    expect(await json("log")).toEqual([
      {
        ...initialPersona,
        head: true,
        standing: "head",
        trial: null,
        promising: false,
        means: null,
      },
    ]);
    const nobody = await run(["log", "--user", "nobody"]);
    expect(nobody).toEqual({
      code: 0,
      out: 'No memory of user "nobody".\n',
      err: "",
    });
    await agent.memory.episodes.add("known", undatedItem(0, "Tea?", "yes"));
    expect((await run(["log", "--user", "known"])).out).toContain("0        head");
  });
});

describe("diff", () => {
  it("compares the head with its parent by default", async () => {
    const expected = {
      from: 1,
      to: 2,
      added: [search],
      changed: [{ before: tea, after: greenTea }],
      removed: [],
    };
    expect(await json("diff")).toEqual(expected);
    expect(await json("diff", "--from", "1", "--to", "2")).toEqual(expected);
    expect(await json("diff", "--from", "2", "--to", "0")).toEqual({
      from: 2,
      to: 0,
      added: [],
      changed: [],
      removed: [greenTea, search],
    });
    expect(await json("diff", "--to", rejected.id)).toEqual({
      from: 2,
      to: null,
      added: [],
      changed: [],
      removed: [greenTea],
    });
  });

  it("shows a person the evidence of each line, without colours outside a terminal", async () => {
    const { out } = await run(["diff", "--user", user, "--from", "0"]);
    expect(out).toBe(
      [
        "version 0 → version 2",
        "+ Likes green tea in the morning. (3 interactions)",
        "+ Search for [31mtea houses. (about recall_memory; 1 interaction)",
        "",
      ].join("\n"),
    );
    const more = { ...tea, evidence: [...tea.evidence, "e9"] };
    await append(user, { parent: second, at: minuteAt(5), lines: [more] });
    expect((await run(["diff", "--user", user, "--from", "1"])).out).toBe(
      [
        "version 1 → version 3",
        "~ Likes tea in the morning. (2 interactions)",
        "  → the same words (3 interactions)",
        "",
      ].join("\n"),
    );
    const same = await run(["diff", "--user", user, "--from", "1", "--to", "1"]);
    const refused = await run(["diff", "--user", user, "--to", rejected.id]);
    expect(refused.out).toContain(`version 2 → the rejected checkpoint ${rejected.id}\n`);
    expect(same.out).toBe("version 1 → version 1\nThey say the same.\n");
  });

  it("names the rejected updates, which have no number, unless versions are named", async () => {
    const { out } = await run(["diff", "--user", user]);
    expect(out).toContain(`\n1 update was not taken, which \`--to <id>\` shows: ${rejected.id}\n`);
    expect((await run(["diff", "--user", user, "--to", "1"])).out).not.toContain("not taken");
    const more: string[] = [];
    for (const minute of [5, 6, 7]) {
      const change = { parent: second, at: minuteAt(minute), lines: [tea] };
      more.push((await append(user, { ...change, status: "rejected" })).id);
    }
    expect((await run(["diff", "--user", user])).out).toContain(
      `4 updates were not taken, which \`--to <id>\` shows; the latest 3: ${more.join(", ")}\n`,
    );
  });

  it("compares the texts of paper mode where there is one", async () => {
    const paperSystemPrompt = "You serve Ada.\nShe likes tea.";
    const third = await append(user, {
      parent: second,
      at: minuteAt(5),
      paperSystemPrompt,
      lines: [],
    });
    expect(await json("diff")).toEqual({
      from: 2,
      to: 3,
      added: [],
      changed: [],
      removed: [greenTea, search],
      paperText: { before: null, after: paperSystemPrompt },
    });
    await append(user, {
      parent: third,
      at: minuteAt(6),
      paperSystemPrompt: "You serve Ada.\nShe likes coffee.",
      lines: [],
    });
    expect((await run(["diff", "--user", user, "--from", "3"])).out).toBe(
      [
        "version 3 → version 4",
        "the text of paper mode:",
        "+ She likes coffee.",
        "- She likes tea.",
        "",
      ].join("\n"),
    );
    expect((await run(["log", "--user", user])).out).toContain("~ the text of paper mode");
    const swapped = { paperSystemPrompt: "She likes tea.\nYou serve Ada.", lines: [] };
    const fifth = await append(user, { parent: third, at: minuteAt(4), ...swapped });
    const words = ["diff", "--user", user, "--from", third.id, "--to", fifth.id];
    expect((await run(words)).out).toContain("\n~ the same lines, in another order or number\n");
  });

  it("says in one line that there is nothing to compare, or no such version", async () => {
    const nobody = await run(["diff", "--user", "nobody"]);
    expect(nobody).toMatchObject({ code: 0, err: "" });
    expect(nobody.out).toBe('No memory of user "nobody".\n');
    const unknown = await run(["diff", "--user", user, "--to", "3", "--json"]);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(
      /^persona-agent: Version 3 [^\n]*\(rejected\); [^\n]*0 to 2[^\n]*\n$/,
    );
    expect(JSON.parse(unknown.out)).toHaveProperty("error.code", "config-version-unknown");
  });
});

describe("rollback", () => {
  it("makes an earlier version the head again, and keeps all versions in the log", async () => {
    expect(await json("rollback", "--to", "1")).toEqual({
      user,
      version: 3,
      restored: 1,
      lines: [{ text: tea.text, tool: null, evidence: tea.evidence }],
      changed: true,
    });
    const log = (await json("log")) as { head: boolean; reason: string; author: string }[];
    expect(log).toHaveLength(6);
    expect(log.filter(({ head }) => head)).toMatchObject([
      { version: 3, parentId: second.id, author: "person", reason: "Restored version 1." },
    ]);
    // Version 0's id is made of digits only.
    expect(await json("rollback", "--to", initialPersona.id)).toMatchObject({
      version: 4,
      restored: 0,
      lines: [],
    });
  });

  it("appends nothing when the head says the same, and says so", async () => {
    expect(await json("rollback", "--to", "2")).toMatchObject({ version: 2, changed: false });
    expect(await personas.history(user)).toHaveLength(5);
    const { out } = await run(["rollback", "--user", user, "--to", second.id]);
    expect(out).toMatch(/^Version 2 is in use already; nothing was changed:\n/);
  });

  it("shows a person that the restored version is a text of paper mode", async () => {
    const paperSystemPrompt = "You serve Ada.";
    const paper = await append(user, {
      parent: second,
      at: minuteAt(5),
      lines: [],
      paperSystemPrompt,
    });
    await append(user, { parent: paper, at: minuteAt(6) });
    const { out } = await run(["rollback", "--user", user, "--to", paper.id]);
    expect(out).toMatch(/ is back, as version 5:\n {2}a text of paper mode\n$/);
  });

  it("shows a person the lines of the restored version", async () => {
    const { out } = await run(["rollback", "--user", user, "--to", superseded.id]);
    expect(out).toBe(
      `✓ The superseded checkpoint ${superseded.id} is back, as version 3:\n  Likes green tea in the morning. (3 interactions)\n`,
    );
    const none = await run(["rollback", "--user", user, "--to", "0"]);
    expect(none.out).toContain("no learned line");
  });

  it("refuses a rejected or unknown version in one line, and appends nothing", async () => {
    for (const version of [rejected.id, "3", "12", "x"]) {
      const { code, out, err } = await run(["rollback", "--user", user, "--to", version, "--json"]);
      expect(code).toBe(1);
      expect(err).toMatch(/^persona-agent: [^\n]*expected one of 0 to 2[^\n]*\n$/);
      expect(JSON.parse(out)).toHaveProperty("error.code", "config-version-unknown");
    }
    expect(await personas.history(user)).toHaveLength(5);
    for (const to of ["0", "1"]) {
      const { code, err } = await run(["rollback", "--user", "nobody", "--to", to]);
      expect(code).toBe(1);
      expect(err).toMatch(/^persona-agent: No memory of user "nobody"; [^\n]+\n$/);
    }
  });
});
