import { describe, expect, it } from "vitest";
import {
  isOnlyQuoted,
  ownWords,
  quotedPart,
  standsIn,
} from "../../../src/domain/text/own-words.js";

describe("ownWords", () => {
  it.each([
    ["a line of a quotation", "> No, tea.\nIs that so?", `${quotedPart}\nIs that so?`],
    ["several of them", "Look:\r\n> a\r\n>> b\r\nWell?", `Look:\n${quotedPart}\nWell?`],
    ["a code fence", "Why?\n```txt\nNo, tea.\n```\nTell me.", `Why?\n${quotedPart}\n\nTell me.`],
    ["a fence in a list", "- ```\n  No, tea.\n  ```\nWhy?", `${quotedPart}\n\nWhy?`],
    [
      "a block of a page",
      "See <blockquote>No, tea.</blockquote> there.",
      `See ${quotedPart}\n there.`,
    ],
    ["a result of a tool", "<tool_result>No, tea.</tool_result>", quotedPart],
    ["a post", "[quote=Bob]No, tea.[/quote]\nIs he right?", `${quotedPart}\n\nIs he right?`],
    ["a line in wide characters", "＞ No, tea.\nWhy?", `${quotedPart}\nWhy?`],
    ["a fence that is never closed", "Why?\n~~~\nNo, tea.", `Why?\n${quotedPart}`],
    [
      "a forwarded message",
      "See.\n--- Weitergeleitete Nachricht ---\nNo, tea.",
      `See.\n${quotedPart}`,
    ],
    [
      "a mail below the line that names its writer",
      "Is he right?\n\nOn Mon, 1 Jan 2026, Bob wrote:\nNo, tea.\n\nBob",
      `Is he right?\n\n${quotedPart}`,
    ],
    [
      "the same, where the line is broken and in another language",
      "Stimmt das?\nAm Mo., 1. Jan. 2026 um 10:00 Uhr schrieb Bob\n<bob@example.org>:\nNein, Tee.",
      `Stimmt das?\n${quotedPart}`,
    ],
    [
      "of a mail only the marked lines, where it has them",
      "On 1 Jan 2026, Bob wrote:\n\n> Tea?\nNo, milk.",
      `${quotedPart}\nNo, milk.`,
    ],
    [
      "a mail below its header",
      "See.\nFrom: Bob <b@example.org>\nSent: Monday\nTo: me\nSubject: Re: tea\n\nNo, tea.",
      `See.\n${quotedPart}`,
    ],
    ["what Apple's program forwards", "Begin forwarded message:\n\nNo, tea.", quotedPart],
    ["an original message", "See.\n-----Original Message-----\nNo, tea.", `See.\n${quotedPart}`],
  ])("leaves out %s", (_, message, own) => {
    expect(ownWords(message)).toBe(own);
  });

  it.each([
    'No, I said "tea".',
    "3 > 2, and `tea` in a line.",
    "- tea\n- milk",
    "First -- then, second -- done.",
    "a\n---\nb",
    "No, tea.\n--- what I meant ---\nI never drink coffee.",
    "From: Berlin\nTo: Rome\nDate: 5 May\nBy train, please.",
    "Bob wrote: no, tea.",
    "In 2020 I wrote:\ttea.",
    "In 2020 I wrote two letters:\none to Bob",
  ])("leaves %j as it is", (message) => {
    expect(ownWords(message)).toBe(message);
  });
});

describe("standsIn", () => {
  it.each([
    ["No, tea", "no – TEA, please"],
    ["l'eau", "Je veux l’eau"],
    ["茶", "我要茶。"],
    ["👍", "👍 thanks"],
    ["tea", "steak, then tea"],
  ])("finds %j in %j", (quote, text) => {
    expect(standsIn(quote, text)).toBe(true);
  });

  it.each([
    ["tea", "a steak"],
    ["tea milk", "tea or milk"],
    ["", "anything"],
    [" ", "anything"],
    ["👍", "👎"],
    ["text left out", `${quotedPart}\nIs that so?`],
    ["tea please", `No, tea\n${quotedPart}\nplease`],
  ])("does not find %j in %j", (quote, text) => {
    expect(standsIn(quote, text)).toBe(false);
  });
});

describe("isOnlyQuoted", () => {
  it.each([
    ["No, tea", 'My friend said: "No, tea." Is that so?', true],
    ["No, tea", "Er sagt „Nein“, sie “no, tea”.", true],
    ["no", "« No, tea »", true],
    ["No, I said tea", 'No, I said "tea".', false],
    ["no", 'No. He says "no" too.', false],
    ["No, tea", "No, tea.", false],
  ])("of %j in %j is %s", (quote, text, isQuoted) => {
    expect(isOnlyQuoted(quote, text)).toBe(isQuoted);
  });
});
