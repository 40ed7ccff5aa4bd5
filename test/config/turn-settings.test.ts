import { describe, expect, it } from "vitest";
import { parseRunConfig } from "../../src/config/parse-settings.js";
import { runConfigSchema } from "../../src/config/turn-settings.js";
import { PersonaAgentError } from "../../src/system/errors.js";

describe("parseRunConfig", () => {
  it("fills every default", () => {
    const config = parseRunConfig({});
    expect(config.mode).toBe("default");
    for (const [name, value] of Object.entries(config))
      if (!["userId", "allowedTools", "timeZone", "language", "instructions"].includes(name))
        expect(value, name).toBeDefined();
  });

  it("prefers the user in context to the one in configurable", () => {
    const config = parseRunConfig({ context: { userId: "ada" }, configurable: { userId: "bob" } });
    expect(config.userId).toBe("ada");
  });

  it("reads our keys of configurable and ignores the server's", () => {
    const configurable = { userId: "ada", thread_id: "t", "user-agent": "x", recallSimilar: 3 };
    expect(parseRunConfig({ configurable, context: {} })).toMatchObject({
      userId: "ada",
      recallSimilar: 3,
    });
  });

  it("refuses an unknown setting in context in one line that names the known ones", () => {
    const parse = () => parseRunConfig({ context: { recalSimilar: 3 } });
    expect(parse).toThrow(PersonaAgentError);
    expect(parse).toThrow(/^Unknown setting "recalSimilar"; expected one of .*recallSimilar.*\.$/);
  });

  // A model for a role that no run has was taken, and then nobody read it.
  it.each(["profile", "agnet"])("refuses a model for the unknown role %s", (role) => {
    const parse = () => parseRunConfig({ context: { models: { [role]: "offline" } } });
    expect(parse).toThrow(`Unknown setting "${role}" in models; expected one of agent, alignment.`);
  });

  it("names every field that is wrong", () => {
    const parse = () => parseRunConfig({ context: { recallSimilar: "x", toolRounds: -1 } });
    expect(parse).toThrow(/recallSimilar is not valid.*toolRounds is not valid/);
  });

  it.each([
    [{ timeZone: "Mars/Base" }, "timeZone is not valid: expected an IANA time zone such as"],
    [{ timeZone: "+01:00" }, "timeZone is not valid: expected an IANA time zone such as"],
    [
      { instructions: "x".repeat(4_001) },
      "instructions is not valid: expected at most 4000 characters, but there are 4001. Correct it",
    ],
    [{ instructions: "a\0b" }, "instructions is not valid: expected text without a NUL"],
    [{ language: "zzz" }, "language is not valid: no language is known by this code; expected"],
    [{ language: "no language" }, "language is not valid: expected a language tag such as fr"],
  ])("refuses %o", (context, message) => {
    expect(() => parseRunConfig({ context })).toThrow(message);
  });

  it("accepts no value outside the schema's range", () => {
    expect(runConfigSchema.safeParse({ toolRounds: 1.5 }).success).toBe(false);
  });
});
