import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findNativeBindings, portableBuild } from "../../../src/memory/chroma/native-binding.js";

it("finds every installation of the platform's package", () => {
  const resolve = (name: string) => [`/mine/${name}`, `/chromadb/${name}`];
  expect(findNativeBindings("linux-x64", resolve)).toEqual([
    "/mine/chromadb-js-bindings-linux-x64-gnu",
    "/chromadb/chromadb-js-bindings-linux-x64-gnu",
  ]);
});

it("names the build that a clone of this project has", () => {
  const { overrides } = JSON.parse(readFileSync("package.json", "utf8")) as {
    overrides: Readonly<Record<string, string>>;
  };
  const [name = "", version] = portableBuild.split("@");
  expect(overrides[name]).toBe(version);
});

it.each([
  ["freebsd-x64", "there is none for freebsd-x64"],
  ["darwin-arm64", "run `npm install chromadb-js-bindings-darwin-arm64`"],
  ["linux-x64", "run `npm install chromadb-js-bindings-linux-x64-gnu@1.0.5`"],
])("says on %s why there is no server, and the ways out", (platform, why) => {
  let caught: unknown;
  try {
    findNativeBindings(platform, () => []);
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(/^[^\n]*CHROMA_URL[^\n]*INDEX=in-process[^\n]*$/),
  });
  expect(caught).toMatchObject({ message: expect.stringMatching(new RegExp(why, "i")) });
});
