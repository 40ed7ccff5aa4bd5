import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface LockedPackage {
  readonly version?: string;
  readonly deprecated?: string;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Readonly<Record<string, LockedPackage>>;
};

it("locks no deprecated package", () => {
  const deprecated = Object.entries(packages).flatMap(([path, { version, deprecated: reason }]) =>
    reason === undefined ? [] : [`${path} ${version}: ${reason}`],
  );
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(deprecated).toEqual([]);
});

// Two copies of one of these do not know each other's messages, commands or schemas.
it.each([
  "@langchain/core",
  "@langchain/langgraph",
  "@langchain/langgraph-checkpoint",
  "@langchain/langgraph-sdk",
  "@langchain/openai",
  "zod",
])("locks one copy of %s", (name) => {
  const copies = Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));
  expect(copies).toEqual([`node_modules/${name}`]);
});
