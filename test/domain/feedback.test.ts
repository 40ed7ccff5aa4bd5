import { describe, expect, it } from "vitest";
import type { Episode, Feedback } from "../../src/domain/episode.js";
import { type GivenFeedback, applyFeedback, parseFeedback } from "../../src/domain/feedback.js";

const at = "2026-02-02T00:00:00.000Z";
const earlier = "2026-01-01T00:00:00.000Z";
const said = (kind: GivenFeedback["kind"], text: string | null = null): GivenFeedback => ({
  kind,
  text,
  reason: null,
  author: "ada",
});
const before = (kind: Feedback["kind"]): Feedback => ({
  kind,
  author: "ada",
  at: earlier,
  reason: null,
  inferred: null,
});
type Judged = Pick<Episode, "response" | "groundTruth" | "feedback">;
const fresh: Judged = { response: "comedy", groundTruth: null, feedback: null };

describe("the reason of a rejection", () => {
  const because = (reason: string | null): GivenFeedback => ({ ...said("reject"), reason });
  const rejected = { ...fresh, feedback: { ...before("reject"), reason: "Too long." } };

  it("is stored with it, and with an edit", () => {
    expect(applyFeedback(fresh, because("Too long."), at).feedback.reason).toBe("Too long.");
    expect(parseFeedback({ kind: "edit", text: "drama", reason: "Sad." }, "ada")).toEqual({
      kind: "edit",
      text: "drama",
      reason: "Sad.",
      author: "ada",
    });
  });

  it("is replaced by another one, and stays when the same comes without one", () => {
    expect(applyFeedback(rejected, because("Too loud."), at)).toMatchObject({
      outcome: "replaced",
      previous: { feedback: { reason: "Too long." } },
      feedback: { reason: "Too loud." },
    });
    expect(applyFeedback(rejected, because(null), at)).toMatchObject({
      outcome: "unchanged",
      feedback: { reason: "Too long." },
    });
  });

  it.each([
    [{ kind: "accept", reason: "Fine." }, /kind accept came with a reason; expected one with edit/],
    [{ kind: "answer", text: "drama", reason: "Sad." }, /kind answer came with a reason/],
    [{ kind: "reject", reason: " " }, /The reason is empty/],
    [{ kind: "reject", reason: 7 }, /The reason is not text/],
  ])("is refused in %o", (given, message) => {
    expect(() => parseFeedback(given, "ada")).toThrow(message);
  });
});

describe("applyFeedback", () => {
  it.each([
    ["what the user really answered", said("answer", "drama"), "drama"],
    ["the corrected response", said("edit", "dark comedy"), "dark comedy"],
    ["the response itself, when it is accepted", said("accept"), "comedy"],
    ["unknown, when it is only rejected", said("reject"), null],
  ])("makes the true answer %s", (_, given, answer) => {
    expect(applyFeedback(fresh, given, at)).toEqual({
      outcome: "recorded",
      previous: null,
      groundTruth: answer,
      feedback: { kind: given.kind, author: "ada", at, reason: null, inferred: null },
    });
  });

  it.each([null, "", " \n"])("refuses to accept the response %j", (response) => {
    expect(() => applyFeedback({ ...fresh, response }, said("accept"), at)).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
    expect(applyFeedback({ ...fresh, response }, said("reject"), at).groundTruth).toBeNull();
  });

  it.each([
    [said("answer", "drama"), "drama"],
    [said("edit", "drama"), "drama"],
    [said("accept"), "comedy"],
    [said("reject"), null],
    [said("reject"), "drama"],
  ])("changes nothing when %j is said again", (given, answer) => {
    const stood = { ...fresh, groundTruth: answer, feedback: before(given.kind) };
    expect(applyFeedback(stood, given, at)).toEqual({
      outcome: "unchanged",
      previous: null,
      groundTruth: answer,
      feedback: stood.feedback,
    });
  });

  it("takes another text, kind or author as new, and returns the replaced values", () => {
    const stood: Judged = { ...fresh, groundTruth: "drama", feedback: before("answer") };
    const previous = { groundTruth: "drama", feedback: stood.feedback };
    for (const given of [
      said("answer", "war"),
      said("edit", "drama"),
      { ...said("answer", "drama"), author: "bo" },
    ])
      expect(applyFeedback(stood, given, at)).toMatchObject({
        outcome: "replaced",
        previous,
        groundTruth: given.text,
        feedback: { kind: given.kind, author: given.author, at, reason: null, inferred: null },
      });
  });

  it("takes an accept of a regenerated response as new", () => {
    const stood: Judged = { response: "drama", groundTruth: "comedy", feedback: before("accept") };
    expect(applyFeedback(stood, said("accept"), at)).toMatchObject({
      outcome: "replaced",
      groundTruth: "drama",
    });
  });

  it.each<[string, Judged, string | null]>([
    [
      "that an accept had set",
      { ...fresh, groundTruth: "comedy", feedback: before("accept") },
      null,
    ],
    [
      "that an accept had set for an earlier response",
      { response: "war", groundTruth: "comedy", feedback: before("accept") },
      null,
    ],
    ["that is the response", { ...fresh, groundTruth: "comedy", feedback: before("answer") }, null],
  ])("takes the answer away by a reject %s", (_, stood, answer) => {
    expect(applyFeedback(stood, said("reject"), at)).toMatchObject({
      outcome: "replaced",
      groundTruth: answer,
    });
  });

  it.each(["answer", "edit"] as const)("keeps the answer of an %s after a reject", (kind) => {
    const stood = { ...fresh, groundTruth: "drama", feedback: before(kind) };
    expect(applyFeedback(stood, said("reject"), at)).toMatchObject({
      outcome: "replaced",
      groundTruth: "drama",
    });
  });

  it("replaces an imported answer by another one, and only confirms it by the same", () => {
    const imported: Judged = { response: null, groundTruth: "drama", feedback: null };
    expect(applyFeedback(imported, said("answer", "war"), at)).toMatchObject({
      outcome: "replaced",
      previous: { groundTruth: "drama", feedback: null },
    });
    expect(applyFeedback(imported, said("answer", "drama"), at).outcome).toBe("recorded");
  });

  it("recognises a text that is longer than the stored one", () => {
    const long = said("answer", "word ".repeat(4_000));
    const { groundTruth: answer, feedback } = applyFeedback(fresh, long, earlier);
    expect(answer).toHaveLength(8_000);
    expect(applyFeedback({ ...fresh, groundTruth: answer, feedback }, long, at).outcome).toBe(
      "unchanged",
    );
  });
});

describe("parseFeedback", () => {
  it("has the user as its author by default", () => {
    expect(parseFeedback({ kind: "accept" }, "ada")).toEqual(said("accept"));
    expect(parseFeedback({ kind: "edit", text: "x", author: "bo" }, "ada")).toEqual({
      ...said("edit", "x"),
      author: "bo",
    });
    expect(parseFeedback({ kind: "reject", text: null, author: null }, "ada")).toEqual(
      said("reject"),
    );
  });

  it.each([
    [{}, "config-invalid", "kind is missing"],
    [{ kind: "applaud" }, "config-invalid", 'kind is "applaud"'],
    [{ kind: "answer" }, "config-message-invalid", "The true answer is empty"],
    [{ kind: "edit", text: "\n" }, "config-message-invalid", "The corrected response is empty"],
    [{ kind: "answer", text: 5 }, "config-message-invalid", "The true answer is not text"],
    [{ kind: "answer", text: "a\0b" }, "config-message-invalid", "NUL"],
    [{ kind: "answer", text: "a".repeat(200_001) }, "config-message-invalid", "200001"],
    [{ kind: "accept", text: "fine" }, "config-invalid", "came with a text"],
    [{ kind: "accept", author: " " }, "config-invalid", 'author is " "'],
    [{ kind: "accept", author: "x".repeat(201) }, "config-invalid", "author is"],
  ])("refuses %j in one line", (given, code, part) => {
    const refused = (() => {
      try {
        return parseFeedback(given, "ada");
      } catch (error) {
        return error as Error;
      }
    })();
    expect(refused).toMatchObject({ code, message: expect.stringContaining(part) });
    expect(refused).toMatchObject({ message: expect.stringMatching(/^[^\n]+$/) });
  });
});
