import { describe, expect, it } from "vitest";
import { ownWords, quotedPart, standsIn } from "../../../src/domain/text/own-words.js";

describe("ownWords", () => {
  it.each([
    ["a line of a quotation", "> No, tea.\nIs that so?", `${quotedPart}\nIs that so?`],
    ["several of them", "Look:\r\n> a\r\n>> b\r\nWell?", `Look:\n${quotedPart}\nWell?`],
    ["a code fence", "Why?\n```txt\nNo, tea.\n```\nTell me.", `Why?\n${quotedPart}\n\nTell me.`],
    ["a fence that is never closed", "Why?\n~~~\nNo, tea.", `Why?\n${quotedPart}`],
    [
      "a forwarded message",
      "See.\n--- Weitergeleitete Nachricht ---\nNo, tea.",
      `See.\n${quotedPart}`,
    ],
  ])("leaves out %s", (_, message, own) => {
    expect(ownWords(message)).toBe(own);
  });

  it.each([
    'No, I said "tea".',
    "3 > 2, and `tea` in a line.",
    "- tea\n- milk",
    "First -- then, second -- done.",
    "a\n---\nb",
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
  ])("does not find %j in %j", (quote, text) => {
    expect(standsIn(quote, text)).toBe(false);
  });
});
