import { describe, expect, it } from "vitest";
import { paperData } from "../../../../src/eval/report/summary/paper-data.js";
import { paperCell, paperEntries } from "../../../../src/eval/report/summary/paper-numbers.js";

describe("the paper's numbers", () => {
  it("cover every cell of its tables, with a number only where one was seen", () => {
    const count = (table: string, kind: string) =>
      paperEntries.filter((entry) => entry.table === table && entry.cell.kind === kind).length;
    // 8 rows of 7 methods, 8 of 5 configurations, 7 methods, and 8 rows of 7.
    expect([count("main", "value"), count("main", "bound"), count("main", "unknown")]).toEqual([
      32, 24, 0,
    ]);
    expect(count("ablation", "value")).toBe(40);
    expect([count("efficiency", "value"), count("efficiency", "unknown")]).toEqual([4, 3]);
    expect([count("cold-start", "value"), count("cold-start", "unknown")]).toEqual([3, 53]);
    for (const { cell } of paperEntries)
      if (cell.kind === "value") expect(cell.seen.length).toBeGreaterThan(0);
  });

  it("agree where two tables have the same cell", () => {
    for (const entry of paperEntries.filter(({ table }) => table === "ablation")) {
      if (entry.method !== "persona-agent" || entry.cell.kind !== "value") continue;
      const inMain = paperCell("main", entry.task, entry.metric, "persona-agent");
      expect(inMain).toMatchObject({ kind: "value", value: entry.cell.value });
    }
  });

  it("bound an unseen baseline by the best one that was seen", () => {
    expect(paperCell("main", "LaMP_2N", "f1", "icl")).toEqual({
      kind: "bound",
      limit: "at most",
      value: 0.509,
    });
    expect(paperCell("main", "LaMP_3", "mae", "pag")).toEqual({
      kind: "bound",
      limit: "at least",
      value: 0.277,
    });
    for (const { table, task, metric, cell } of paperEntries) {
      if (table !== "main" || cell.kind !== "bound") continue;
      const seen = paperEntries.flatMap((entry) =>
        entry.table === table &&
        entry.task === task &&
        entry.metric === metric &&
        entry.method !== "persona-agent" &&
        entry.cell.kind === "value"
          ? entry.cell.value
          : [],
      );
      expect(cell.value).toBe(cell.limit === "at most" ? Math.max(...seen) : Math.min(...seen));
    }
  });

  it("have no cell for a switch of ours, and the full method's for the paper mode", () => {
    expect(paperCell("ablation", "LaMP_1", "accuracy", "without-wikipedia")).toBeNull();
    expect(paperCell("main", "LaMP_1", "accuracy", "persona-agent-paper")).toMatchObject({
      value: 0.919,
    });
  });
});

describe("paperData", () => {
  const kindOf = (name: string, task: "LaMP_1" | "LaMP_2M", users: number) =>
    paperData({ name, task, users, labels: [], questions: 1 }).kind;

  it("calls every set other data unless its name is OPPU's or LaMP's", () => {
    expect(kindOf("movie_tagging", "LaMP_2M", 100)).toBe("oppu");
    expect(kindOf("movie_tagging", "LaMP_2M", 20)).toBe("lamp");
    expect(kindOf("LaMP_2M-time", "LaMP_2M", 100)).toBe("lamp");
    expect(kindOf("LaMP_1", "LaMP_1", 500)).toBe("lamp");
    expect(kindOf("LaMP_1", "LaMP_2M", 500)).toBe("other");
    expect(kindOf("lamp1-real", "LaMP_1", 121)).toBe("other");
    expect(kindOf("citation-aan", "LaMP_1", 100)).toBe("other");
  });
});
