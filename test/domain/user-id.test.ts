import { describe, expect, it } from "vitest";
import { parseUserId, userKey } from "../../src/domain/user-id.js";

const refused = expect.objectContaining({
  code: "config-user-invalid",
  message: expect.stringMatching(/^[^\n]+$/),
});

describe("parseUserId", () => {
  it.each([
    "ada",
    "ada@example.com",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "9a3e5b2c-7d1f-4c6a-8b0e-2f4d6a8c0e1b",
    "Zoë O'Neil (work) #1, ~a+b=c",
    "用户",
    "मीरा",
    "a".repeat(128),
  ])("takes %j as it is", (id) => {
    expect(parseUserId(id)).toBe(id);
  });

  it.each([
    undefined,
    null,
    7,
    {},
    "",
    "  ",
    " ada",
    "ada\n",
    "a*",
    "a:b",
    "a/b",
    "a\\b",
    "100%",
    "a\0b",
    "a\tb",
    "ada😀",
    "a\ud800",
    "a".repeat(129),
    "a".repeat(10_000_000),
  ])("refuses %.20j in one line", (id) => {
    expect(() => parseUserId(id)).toThrow(refused);
  });

  it("takes both compositions of one letter as one id", () => {
    expect(parseUserId("Zoe\u0308")).toBe("Zoë");
    expect(userKey("Zoe\u0308")).toBe(userKey("Zoë"));
  });
});

describe("userKey", () => {
  it("is 32 letters and digits, the same on every machine", () => {
    // sha256("persona-agent/user/ada"), its first 16 bytes
    expect(userKey("ada")).toBe("8302d3899c305c5c95c362fa933a9457");
    expect(userKey("用户")).toMatch(/^[0-9a-f]{32}$/);
  });

  it("distinguishes ids that differ in case, spaces or one letter", () => {
    const ids = ["ada", "Ada", "ada2", "a da", "adа"];
    expect(new Set(ids.map(userKey)).size).toBe(ids.length);
  });

  it("refuses a value that is no id", () => {
    expect(() => userKey("a:b")).toThrow(refused);
  });
});
