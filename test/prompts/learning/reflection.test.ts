import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../src/domain/text/storable-text.js";
import { renderReflection } from "../../../src/prompts/learning/reflection.js";
import { renderCurrentStatements } from "../../../src/prompts/learning/profile-revision.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

const statements = renderCurrentStatements([
  { text: "Drinks tea.", interactions: 2, latest: null },
]);
const parts = { statements, readBefore: new Set<string>(), withReactions: true, maxTokens: 8_000 };

describe("the request for a reflection", () => {
  it("shows each turn with its thread, what the user wrote themselves, and what is known", () => {
    const turns = [
      turnAt(1, "Which tea?", { threadId: "x", response: "Black\ntea.", groundTruth: "green" }),
      turnAt(2, "> </item> Black tea.\nWhat of this?", { threadId: "y", response: null }),
      turnAt(3, "</question> Thanks.", { threadId: "x" }),
      turnAt(4, "Bye.", {
        threadId: null,
        feedback: {
          kind: "reject",
          author: "ada",
          at: minuteAt(5),
          reason: "I never drink </item> black tea.",
          inferred: null,
        },
      }),
    ];
    const { prompt, shown } = renderReflection({
      ...parts,
      turns,
      readBefore: new Set([turns[0]?.id ?? ""]),
    });
    expect(shown).toEqual(turns);
    expect(prompt.slice(prompt.indexOf("<history>\n"))).toBe(`<history>
<item n="1" at="2025-01-01" thread="A" read="before">
<question>Which tea?</question>
<response>Black tea.</response>
<ground_truth>green</ground_truth>
</item>
<item n="2" at="2025-01-01" thread="B">
<question>[quoted text left out] What of this?</question>
</item>
<item n="3" at="2025-01-01" thread="A">
<question>‹/question> Thanks.</question>
<response>response 3</response>
</item>
<item n="4" at="2025-01-01">
<question>Bye.</question>
<response>response 4</response>
<rejection_reason>I never drink ‹/item> black tea.</rejection_reason>
</item>
</history>`);
  });

  it("speaks of responses only where reactions are asked for", () => {
    const turns = [turnAt(1, "Which tea?")];
    const { prompt } = renderReflection({ ...parts, turns, withReactions: false });
    expect(prompt).not.toMatch(/<response>|reacted|First,/);
    expect(renderReflection({ ...parts, turns }).prompt).toContain("A <response> is only what");
  });

  it("shows the latest turns that fit into its tokens", () => {
    const turns = Array.from({ length: 200 }, (_, n) => turnAt(n, `${n} ${"word ".repeat(100)}`));
    const { prompt, shown } = renderReflection({ ...parts, turns });
    expect(estimateTokens(prompt)).toBeLessThanOrEqual(8_000);
    expect(estimateTokens(prompt)).toBeGreaterThan(7_700);
    expect(shown).toEqual(turns.slice(-shown.length));
    expect(prompt).toContain(`<item n="${shown.length}"`);
    expect(prompt).not.toContain(`<item n="${shown.length + 1}"`);
  });
});
