import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Lower may not import higher. Rooms on one line are peers and do not import each other. */
const floors = [
  ["errors"],
  ["system"],
  ["config", "domain"],
  ["formats", "prompts"],
  ["state", "memory", "model"],
  ["tools"],
  ["nodes"],
  ["graph"],
  ["app"],
  ["index", "eval"],
  ["cli"],
];
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string) => relative("src", path).split("/")[0]?.replace(/\.ts$/, "") ?? "";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name));

describe("the rooms of src", () => {
  it.each(files)("%s only looks down", (file) => {
    expect(floorOf(roomOf(file)), `${file} is in no known room`).toBeGreaterThanOrEqual(0);
    const source = readFileSync(file, "utf8");
    for (const [, specifier = ""] of source.matchAll(/(?:from |import |import\()"(\.[^"]+)"/g)) {
      const target = roomOf(normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts"));
      if (target === roomOf(file)) continue;
      expect(floorOf(target), `${file} imports ${specifier}`).toBeGreaterThanOrEqual(0);
      expect(floorOf(target), `${file} imports ${specifier}`).toBeLessThan(floorOf(roomOf(file)));
    }
  });

  it("reads the environment in one place only", () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(file, "utf8")));
    expect(readers.filter((file) => !/^src\/(app\/server-entry|cli\/)/.test(file))).toEqual([]);
  });
});
