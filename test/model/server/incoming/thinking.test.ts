import { describe, expect, it } from "vitest";
import {
  ThinkingSplitter,
  type Waits,
  withoutThinking,
} from "../../../../src/model/server/incoming/thinking.js";

/** The answer of a text that comes letter by letter. */
function streamed(text: string, waits: Waits = "never", wasCut = false): string {
  const splitter = new ThinkingSplitter(waits);
  return (
    text
      .split("")
      .map((letter) => splitter.push(letter))
      .join("") + splitter.end(wasCut)
  );
}

describe("reasoning at the beginning of an answer", () => {
  it.each([
    ["<think>\nHmm {a}.\n</think>\n\nThe third.", "The third."],
    ["\n <think></think>The third.", "The third."],
    ["<thinking>Hmm.</thinking> The third.", "The third."],
    ["<thought>Hmm.</thought>The third.", "The third."],
    ["[THINK]Hmm.[/THINK]The third.", "The third."],
    ["◁think▷Hmm.◁/think▷The third.", "The third."],
    ["<think>One.</think>\n<think>Two.</think>\nThe third.", "The third."],
    ["<think>Hmm.</think>", ""],
    ["<think>\nHmm, it never ends", ""],
  ])("is taken off %j, whole or letter by letter", (text, answer) => {
    expect(withoutThinking(text)).toBe(answer);
    expect(streamed(text)).toBe(answer);
  });

  it.each([
    ["Hmm {a}.\n</think>\n\nThe third.", "The third."],
    ["Hmm.</think>The third.", "The third."],
    ["Hmm.\n</think>", ""],
    ['Hmm.</think>{"lines": []}', '{"lines": []}'],
    ["Hmm.[/THINK]The third.", "The third."],
  ])("is taken off %j, whose opening mark the template wrote", (text, answer) => {
    expect(withoutThinking(text)).toBe(answer);
    expect(streamed(text, "always")).toBe(answer);
  });

  it.each([
    "The third.",
    "<b>The third.</b>",
    "  The third, with a space before.",
    "The tag <think> opens reasoning, and </think> closes it.",
    "`</think>` closes reasoning.",
    "It ends with </think>.",
    "Models write </think> at its end.",
    "<think> opens reasoning.",
    "<thi",
    "",
  ])("is not seen in %j", (text) => {
    expect(withoutThinking(text)).toBe(text);
    expect(streamed(text)).toBe(text);
    expect(streamed(text, "always")).toBe(text);
  });

  it("is no answer where it was cut off", () => {
    expect(streamed("<think> Hmm", "never", true)).toBe("");
  });

  it("holds back no more than a mark's beginning", () => {
    const splitter = new ThinkingSplitter();
    expect(["<", "b", ">The"].map((piece) => splitter.push(piece))).toEqual(["", "<b", ">The"]);
  });
});

describe("an answer of a model that is not known yet", () => {
  it.each([
    ["Okay, the user wants a film.\n</think>\n\nThe third one.", "The third one."],
    ["嗯，用户想看电影。</think>第三部。", "第三部。"],
    ["Okay, the third one.", "Okay, the third one."],
    ["The third one.", "The third one."],
    ["Use the third one.", "Use the third one."],
  ])("%j is %j", (text, answer) => expect(streamed(text, "aloud")).toBe(answer));

  it("comes word by word unless it begins as one who thinks aloud", () => {
    const splitter = new ThinkingSplitter("aloud");
    expect(["T", "he", " third", " one."].map((piece) => splitter.push(piece))).toEqual([
      "",
      "",
      "The third",
      " one.",
    ]);
    const thinker = new ThinkingSplitter("aloud");
    expect(["Okay", ", the", " user"].map((piece) => thinker.push(piece))).toEqual(["", "", ""]);
  });
});
