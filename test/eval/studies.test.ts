import { ratingRecord, setOf } from "../support/evaluation/eval-case.js";
import { describe, expect, it } from "vitest";
import { parseAlignConfig } from "../../src/config/parse-settings.js";
import type { Method } from "../../src/eval/method.js";
import { armsOf, checkStudy, studyNames } from "../../src/eval/studies.js";

/** Only its name matters here: arms are made without a method being run. */
function named(name: string): Method {
  const unused = () => Promise.reject(new Error(`${name} is not to be run here`));
  return {
    name,
    summary: name,
    callsPerQuestion: { least: 1, most: 1 },
    preparationCalls: () => ({ least: 0, most: 0 }),
    prepare: unused,
    open: unused,
  };
}

const methods = [
  "prompt",
  "icl",
  "rag",
  "pag",
  "react",
  "membank",
  "persona-agent",
  "persona-agent-paper",
  "without-alignment",
  "without-memory",
].map(named);
const idsOf = (study?: string, names?: readonly string[]) =>
  armsOf({ methods, ...(study && { study }), ...(names && { names }) }).map(({ id }) => id);

describe("armsOf", () => {
  it("runs every method under the defaults when no study is named", () => {
    const arms = armsOf({ methods });
    expect(arms.map(({ id }) => id)).toEqual(methods.map(({ name }) => name));
    for (const arm of arms) expect(arm).toMatchObject({ settings: {}, study: null });
  });

  it("keeps the methods' order, each once, in whatever order they are named", () => {
    expect(idsOf(undefined, ["persona-agent", "rag", "rag"])).toEqual(["rag", "persona-agent"]);
  });

  it("names each value of a study, and adds the methods that the gain is measured against", () => {
    expect(idsOf("batch")).toEqual([
      "rag",
      "pag",
      "without-alignment",
      ...["persona-agent", "persona-agent-paper"].flatMap((name) =>
        [1, 2, 4, 8, 16, 32].map((value) => `${name}@batch=${value}`),
      ),
    ]);
    expect(armsOf({ methods, study: "batch" })[5]).toMatchObject({
      id: "persona-agent@batch=4",
      settings: { batch: 4 },
      study: { name: "batch", value: 4 },
    });
  });

  it("limits the history of every main method for the cold start, also to the paper's 10", () => {
    const arms = armsOf({ methods, study: "cold-start" });
    expect(arms).toHaveLength(8 * 4);
    expect(arms).toContainEqual(
      expect.objectContaining({ id: "pag@cold-start=10", settings: { historyLimit: 10 } }),
    );
  });

  it("puts unrelated interactions before the question of every main method, for the distance", () => {
    const arms = armsOf({ methods, study: "distance" });
    expect(arms).toHaveLength(8 * 4);
    expect(arms.slice(0, 4).map(({ settings }) => settings)).toEqual(
      [0, 10, 50, 200].map((distance) => ({ distance })),
    );
  });

  it("compares methods alone in the main table and in the ablation", () => {
    expect(idsOf("main")).toHaveLength(8);
    expect(idsOf("ablation")).toEqual(["persona-agent", "without-alignment", "without-memory"]);
  });

  it("gives settings that an alignment takes, and ids that differ", () => {
    for (const study of studyNames) {
      const arms = armsOf({ methods, study });
      expect(new Set(arms.map(({ id }) => id)).size).toBe(arms.length);
      for (const { settings } of arms) {
        const { recalled = 0, historyLimit = 1, distance = 0, ...alignment } = settings;
        expect(() => parseAlignConfig({ context: alignment })).not.toThrow();
        expect(recalled).toBeLessThanOrEqual(50);
        expect(historyLimit).toBeGreaterThan(0);
        expect(distance).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it("refuses an unknown study or method in one line that lists the known ones", () => {
    expect(() => idsOf("bach")).toThrow(
      'Unknown study "bach"; expected one of main, ablation, efficiency, batch, iterations, recalled, cold-start, distance. Check the spelling.',
    );
    expect(() => idsOf(undefined, ["rags"])).toThrow(
      /^Unknown method "rags"; expected one of prompt, icl, .*Check the spelling\.$/,
    );
    expect(() => idsOf("batch", ["rag"])).toThrow(
      'Unknown method of the study batch "rag"; expected one of persona-agent, persona-agent-paper.',
    );
  });
});

it("checkStudy refuses the distance on a set without conversations, and nothing else", () => {
  const sets = [setOf([ratingRecord("ada", "q1")])];
  for (const study of [undefined, ...studyNames.filter((name) => name !== "distance")])
    expect(() => checkStudy(study, sets)).not.toThrow();
  expect(() => checkStudy("distance", sets)).toThrow(/^The study distance needs conversations/);
});
