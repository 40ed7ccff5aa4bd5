import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { isInstalled, requireInstalled } from "../../src/system/optional-package.js";

const { devDependencies, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
  devDependencies: Readonly<Record<string, string>>;
  peerDependencies: Readonly<Record<string, string>>;
};

it("finds packages with and without a form for require, and every optional one in a clone", () => {
  expect(
    ["zod", "vega", ...Object.keys(peerDependencies)].filter((name) => !isInstalled(name)),
  ).toEqual([]);
  expect(isInstalled("no-such-package")).toBe(false);
  expect(() =>
    requireInstalled({ what: "This", packages: Object.keys(peerDependencies) }),
  ).not.toThrow();
});

it("says in one line what needs what is missing, and how it is installed", () => {
  const feature = {
    what: "The tool",
    packages: ["no-such-package", "zod"],
    alongside: ["@langchain/classic"],
  };
  expect(() => requireInstalled(feature)).toThrow(
    expect.objectContaining({
      code: "config-package-missing",
      message: `The tool needs no-such-package, which npm does not install with persona-agent; expected it to be installed. Run: npm install no-such-package@latest @langchain/classic@${devDependencies["@langchain/classic"]}`,
    }),
  );
});
