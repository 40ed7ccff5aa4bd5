import { describe, expect, it } from "vitest";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { defaultLocale } from "../../src/domain/locale.js";
import { defaultPersonaLimits } from "../../src/domain/persona/persona-limits.js";
import { interactionsPart } from "../../src/prompts/agent/past-interactions.js";
import { renderAgentRequest } from "../../src/prompts/agent/system-message.js";
import { renderAnswerCounts, renderHistory } from "../../src/prompts/learning/history.js";
import { renderJudgeRequest } from "../../src/prompts/learning/pairwise-judge.js";
import { profilePrompt } from "../../src/prompts/learning/profile.js";
import {
  profileRevisionPrompt,
  renderCurrentStatements,
} from "../../src/prompts/learning/profile-revision.js";
import { renderReflection } from "../../src/prompts/learning/reflection.js";
import { renderGradientRequest } from "../../src/prompts/learning/textual-gradient.js";
import { renderLossRequest, wholeCritique } from "../../src/prompts/learning/textual-loss.js";
import { minuteAt, turnAt } from "../support/users/episodes.js";

/** Every combination of the values given for each name. */
function combinations<T extends object>(choices: {
  readonly [Name in keyof T]: readonly T[Name][];
}): T[] {
  let all: object[] = [{}];
  for (const [name, values] of Object.entries<readonly unknown[]>(choices))
    all = all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  return all as T[];
}

/** Tags and attributes that a prompt's words name and its blocks do not have, and blocks that the words do not name. */
function faults(text: string): string[] {
  const outer = /^<(\w+)(?: [^<>]*)?>[\s\S]*?<\/\1>$/gm;
  const blocks = [...text.matchAll(outer)];
  const material = blocks.map(([block]) => block).join("\n");
  const words = text.replaceAll(outer, "");
  const named = new Set(Array.from(words.matchAll(/<(\w+)>/g), ([, tag]) => tag));
  const attributes = Array.from(words.matchAll(/ ?(\w+)="/g), ([, name]) => name);
  return [
    ...[...named]
      .filter((tag) => !new RegExp(`<${tag}[ >]`).test(material))
      .map((tag) => `speaks of <${tag}>, which is not there`),
    ...attributes
      .filter((name) => !material.includes(` ${name}="`))
      .map((name) => `speaks of ${name}="...", which is not there`),
    ...blocks
      .filter(([, tag]) => !named.has(tag))
      .map(([, tag]) => `shows <${tag}> and does not explain it`),
  ];
}

const rejected = {
  feedback: {
    kind: "reject" as const,
    author: "ada",
    at: minuteAt(9),
    reason: "Too sweet.",
    inferred: null,
  },
};
const plain = turnAt(1, "Which cake?", { response: null });
const answered = turnAt(2, lampQuestion("LaMP_3", "A fine film."), { groundTruth: "4" });
const undated = { ...plain, at: null };
const recalled = [
  [],
  [undated],
  [turnAt(1, "Which cake?")],
  [answered],
  [turnAt(3, "Which pie?", rejected)],
  [turnAt(5, "I live in Lyon now."), turnAt(4, "I live in Paris."), answered],
];
const counted = '- Calls it a 4 where it is "fine". [counted: "fine" 4 ×3, 5 ×1]';
const summaries = ["", "- Likes tea.", counted];
const lines = [
  [],
  [
    { text: "Prefers pie.", tool: null, evidence: ["e1"] },
    { text: "Search for tarts.", tool: "search_wikipedia", evidence: ["e1"] },
  ],
];
const earlier = [[], [{ episodeId: "e0", query: "Hello.", response: "Hi." }]];
const reaction = [null, { response: null, said: "No!" }, { response: "Pie.", said: "No, tart!" }];

describe("a prompt names what it shows, and shows what it names", () => {
  it("in the agent's system message, and in a result of its memory tool", () => {
    const all = combinations({
      mode: ["default" as const],
      instructions: ["", "Be formal.\n<user_summary>Never mention prices.</user_summary>"],
      summary: summaries,
      summaryAt: [null, "2024-01-01T00:00:00.000Z"],
      lines,
      paperSystemPrompt: [null],
      recalled,
      at: [null, "2026-04-01T10:00:00.000Z"],
      locale: [defaultLocale, { timeZone: "Asia/Tokyo", language: "ja" }],
      hasTools: [true, false],
      answerNow: [false],
    });
    for (const parts of all) {
      const system = renderAgentRequest(parts);
      expect(faults(system)).toEqual([]);
      expect(/\btool\b/.test(system)).toBe(parts.hasTools);
      // What the instructions say is to be followed.
      expect(system.includes("tags below")).toBe(/^<(?!\/?instructions)/m.test(system));
      expect(system.includes("Be formal.")).toBe(parts.instructions !== "");
      expect(system).not.toMatch(/\{\{|\bnull\b|undefined|\n\n\n/);
    }
    for (const episodes of recalled.slice(1)) {
      const { block, explanation } = interactionsPart(episodes);
      expect(faults(`About <past_interactions>: ${explanation}\n${block}`)).toEqual([]);
    }
  });

  it("in the request for a critique", () => {
    const all = combinations({
      instructions: ["", "Be formal."],
      summary: ["", counted],
      lines,
      recalled: [[], ...recalled.slice(4)],
      toolCalls: [[], [{ name: "search_wikipedia", input: "{}" }]],
      earlier,
      reaction,
      reason: [null, "Too sweet."],
      score: [null, 0, 1],
    });
    for (const { summary, lines: present, recalled: found, toolCalls, ...rest } of all) {
      const { instructions, reason, score, ...thread } = rest;
      const { system, human, schema } = renderLossRequest(
        { question: "Cake?", simulatedAnswer: "Cake.", trueAnswer: "Pie.", reason, score },
        { instructions, summary, lines: present, recalled: found, toolCalls, hasTools: true },
        thread,
      );
      expect(faults(`${system}\n${human}`)).toEqual([]);
      expect(schema.safeParse({}).success).toBe(false);
    }
  });

  it("in the request for an update", () => {
    const pair = { question: "Cake?", simulatedAnswer: "Cake.", trueAnswer: "Pie." };
    const critique = wholeCritique({ gap: "missing", linesThatMisled: [1] });
    const all = combinations({
      instructions: ["", "Be formal."],
      summary: summaries,
      lines,
      pairs: [
        [{ ...pair, score: null, critique: null }],
        [{ ...pair, at: minuteAt(1), score: 0, critique }],
        [{ ...pair, question: answered.query, score: 1, critique }],
      ],
      rejected: [[], [{ lines: null, rejections: [], reason: "Worse.", critiques: [] }]],
      tools: [[], ["search_wikipedia"]],
      limits: [defaultPersonaLimits],
      proposals: [1, 3],
    });
    for (const request of all) {
      const { system, human } = renderGradientRequest(request);
      expect(faults(`${system}\n${human}`)).toEqual([]);
      expect(human.includes("Use a tool")).toBe(request.tools.length > 0);
    }
  });

  it("in the request for a verdict", () => {
    for (const { earlier: before, reaction: next } of combinations({ earlier, reaction })) {
      const item = { earlier: before, query: "Cake?", groundTruth: "Pie.", reaction: next };
      const { system, human } = renderJudgeRequest({ item, a: "Pie!", b: "Tart." });
      expect(faults(`${system}\n${human}`)).toEqual([]);
    }
  });

  it("in the requests for a profile, and in a reflection", () => {
    const statements = [
      { text: "Likes tea.", interactions: 2, latest: null },
      { text: counted.slice(2), interactions: 4, latest: minuteAt(1) },
    ];
    for (const { history, present, withReactions, isRead } of combinations({
      history: [...recalled.slice(1), [turnAt(1, "> He says no.\nWhat of this?")]],
      present: [[], statements.slice(0, 1), statements],
      withReactions: [true, false],
      isRead: [true, false],
    })) {
      const counts = renderAnswerCounts(history);
      const { block } = renderHistory(history, 8_000, () => (isRead ? [1] : []));
      const current = renderCurrentStatements(present);
      expect(
        faults(profilePrompt.render({ counts, history: renderHistory(history, 8_000).block })),
      ).toEqual([]);
      if (current !== "")
        expect(
          faults(profileRevisionPrompt.render({ statements: current, counts, history: block })),
        ).toEqual([]);
      const { prompt } = renderReflection({
        statements: current,
        turns: history,
        readBefore: new Set(isRead ? history.map(({ id }) => id) : []),
        withReactions,
        maxTokens: 8_000,
      });
      expect(faults(prompt)).toEqual([]);
    }
  });
});
