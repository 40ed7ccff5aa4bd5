import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { alignConfigSchema } from "../src/config/alignment-settings.js";
import { runConfigSchema } from "../src/config/turn-settings.js";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join("src", name), "utf8") }));

it("gives every error code its heading in docs/errors.md, and no other", () => {
  const codes = [
    ...readFileSync("src/system/errors.ts", "utf8").matchAll(/^\s*\| "([a-z-]+)"/gm),
  ].map(([, code]) => code);
  const headings = [...readFileSync("docs/errors.md", "utf8").matchAll(/^## (.+)$/gm)].map(
    ([, heading]) => heading,
  );
  expect(codes.length).toBeGreaterThan(0);
  expect(new Set(headings)).toEqual(new Set(codes));
});

const settings = new Set([
  ...Object.keys(runConfigSchema.shape),
  ...Object.keys(alignConfigSchema.shape),
]);
it.each([...settings])("reads the setting %s somewhere", (setting) => {
  const reader = new RegExp(
    `\\.${setting}\\b|[{,]\\s*${setting}\\b[^}]*\\}(?: = parse(?:Run|Align)Config|: (?:Run|Align)Config)`,
  );
  const readers = sources.filter(({ name, text }) => name !== "config.ts" && reader.test(text));
  expect(readers.map(({ name }) => name)).not.toEqual([]);
});

it("raises every error code somewhere", () => {
  const codes = [...readFileSync("docs/errors.md", "utf8").matchAll(/^## (.+)$/gm)].map(
    ([, heading]) => heading,
  );
  const unused = codes.filter(
    (code) =>
      !sources.some(({ name, text }) => name !== "system/errors.ts" && text.includes(`"${code}"`)),
  );
  expect(unused).toEqual([]);
});
