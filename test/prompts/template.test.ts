import { describe, expect, it } from "vitest";
import { defineTemplate } from "../../src/prompts/template.js";

describe("defineTemplate", () => {
  it("fills every place of a slot", () => {
    expect(defineTemplate("{{a}} and {{a}}, {{b}}").render({ a: "1", b: "2" })).toBe("1 and 1, 2");
  });

  it("does not expand a slot in a value", () => {
    expect(defineTemplate("{{a}}|{{b}}").render({ a: "{{b}}", b: "secret" })).toBe("{{b}}|secret");
  });

  it("keeps dollar patterns of a value as they were written", () => {
    expect(defineTemplate("[{{a}}]").render({ a: "$$5 $& $' $1" })).toBe("[$$5 $& $' $1]");
  });

  it("names the empty slot if the compiler was bypassed", () => {
    const text: string = "{{name}}";
    expect(() => defineTemplate(text).render({})).toThrow("Prompt slot {{name}} was not filled.");
  });
});
