import { expect, it } from "vitest";
import { findNativeBindings } from "../../../src/memory/chroma/native-binding.js";

it("prefers the build for older systems on Linux, and falls back on the newer one", () => {
  expect(findNativeBindings("linux-x64", (name) => `/modules/${name}`)).toEqual([
    "/modules/chromadb-js-bindings-linux-x64-gnu-glibc234",
    "/modules/chromadb-js-bindings-linux-x64-gnu",
  ]);
  const onlyNewer = (name: string) => (name.endsWith("glibc234") ? null : name);
  expect(findNativeBindings("linux-x64", onlyNewer)).toEqual([
    "chromadb-js-bindings-linux-x64-gnu",
  ]);
});

it.each([
  ["freebsd-x64", "there is none for freebsd-x64"],
  ["darwin-arm64", "chromadb-js-bindings-darwin-arm64"],
])("says on %s why there is no server, and both ways out", (platform, why) => {
  let caught: unknown;
  try {
    findNativeBindings(platform, () => null);
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(/^[^\n]*CHROMA_URL[^\n]*INDEX=in-process[^\n]*$/),
  });
  expect(caught).toMatchObject({ message: expect.stringContaining(why) });
});
