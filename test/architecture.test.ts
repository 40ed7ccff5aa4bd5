import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Lower may not import higher. Rooms on one line are peers and do not import each other. */
const floors = [
  ["system"],
  ["config", "domain"],
  ["auth", "formats", "prompts"],
  ["state", "memory", "model"],
  ["tools", "fake-model"],
  ["nodes"],
  ["graph"],
  ["contract"],
  ["app"],
  ["index", "eval", "server"],
  ["cli"],
];
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
const roomOf = (path: string) => relative("src", path).split("/")[0]?.replace(/\.ts$/, "") ?? "";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name));

/** Files of ours that a file imports, also for their types and at run time. */
function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:from |import |import\()\s*"(\.[^"]+)"/g)].map(
    ([, specifier = ""]) => normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts"),
  );
}

/** The first circle of imports that a walk meets, as a path that ends where it began; `null` if there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] | null => {
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    if (finished.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = walk(next, [...path, file]);
      if (circle !== null) return circle;
    }
    finished.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = walk(file, []);
    if (circle !== null) return circle;
  }
  return null;
}

describe("the rooms of src", () => {
  it.each(files)("%s only looks down", (file) => {
    expect(floorOf(roomOf(file)), `${file} is in no known room`).toBeGreaterThanOrEqual(0);
    for (const imported of importsOf(file)) {
      const target = roomOf(imported);
      if (target === roomOf(file)) continue;
      expect(floorOf(target), `${file} imports ${imported}`).toBeGreaterThanOrEqual(0);
      expect(floorOf(target), `${file} imports ${imported}`).toBeLessThan(floorOf(roomOf(file)));
    }
  });

  it("have no circle of imports, also of types", () => {
    expect(findCircle(new Map(files.map((file) => [file, importsOf(file)])))).toBeNull();
    const circle = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["d", ["b"]],
    ]);
    expect(findCircle(circle)).toEqual(["b", "d", "b"]);
  });

  it("export no name twice", () => {
    const exported = files.flatMap((file) =>
      [
        ...readFileSync(file, "utf8").matchAll(
          /^export (?:async |abstract )?(?:const|function|class|interface|type|enum) (\w+)/gm,
        ),
      ].map(([, name = ""]) => name),
    );
    expect(exported.length).toBeGreaterThan(500);
    expect(exported.filter((name, index) => exported.indexOf(name) !== index)).toEqual([]);
  });

  it("reads the environment in one place only", () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(file, "utf8")));
    expect(readers.filter((file) => !/^src\/(app\/server-entry|cli\/)/.test(file))).toEqual([]);
  });
});
