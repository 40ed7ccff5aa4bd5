import { describe, expect, it } from "vitest";
import {
  estimateTokens,
  maxTextLength,
  parseMessageText,
  storableText,
} from "../../../src/domain/text/storable-text.js";

describe("storableText", () => {
  it("leaves a good text as it is", () => {
    expect(storableText("héllo 😀\n", 100)).toBe("héllo 😀\n");
  });

  it("removes NUL and replaces lone surrogates", () => {
    expect(storableText("a\0b\ud800c\udc00d", 100)).toBe("ab\ufffdc\ufffdd");
  });

  it("cuts at a limit without splitting a code point", () => {
    expect(storableText("abcdef", 3)).toBe("abc");
    expect(storableText("ab😀", 3)).toBe("ab");
    expect(storableText("ab😀", 4)).toBe("ab😀");
  });
});

describe("estimateTokens", () => {
  it("counts a token for every four bytes, rounded up", () => {
    expect(["", "a", "abcd", "abcde", "日本"].map(estimateTokens)).toEqual([0, 1, 1, 2, 2]);
  });
});

describe("parseMessageText", () => {
  it("gives a good text back, at its longest too", () => {
    const longest = "x".repeat(maxTextLength);
    expect(parseMessageText(longest)).toBe(longest);
    expect(parseMessageText(" hi ")).toBe(" hi ");
  });

  it.each([undefined, 7, "", " \n", "a\0", "\ud800", "x".repeat(maxTextLength + 1)])(
    "refuses %.20j in one line, without repeating it",
    (text) => {
      expect(() => parseMessageText(text, "The question")).toThrow(
        expect.objectContaining({
          code: "config-message-invalid",
          message: expect.stringMatching(/^The question .{10,150}$/),
        }),
      );
    },
  );
});
