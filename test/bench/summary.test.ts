import { describe, expect, it } from "vitest";
import { cellsOf, summaryOf } from "../../bench/summary.js";

describe("summaryOf", () => {
  it("compares rounds in pairs, which a slow moment of the machine does not move", () => {
    const { rows } = summaryOf({
      title: "A turn",
      unit: "ms",
      isPaired: true,
      references: ["bare"],
      rows: [
        { name: "ours", samples: [2, 2.2, 40] },
        { name: "bare", samples: [1, 1, 20] },
      ],
    });
    expect(rows.map(({ name, ratios }) => [name, ratios])).toEqual([
      ["ours", { bare: 2 }],
      ["bare", { bare: 1 }],
    ]);
  });

  it("compares growth with its own beginning, or with the reference of the same size", () => {
    const rows = [
      { name: "echo", at: 10, samples: [4] },
      { name: "agent", at: 10, samples: [2] },
      { name: "echo", at: 50, samples: [5] },
      { name: "agent", at: 50, samples: [4] },
    ];
    const ratios = (references?: readonly string[]) =>
      summaryOf({
        title: "Turns",
        unit: "turns/s",
        over: "users",
        rows,
        ...(references && { references }),
      })
        .rows.filter(({ name }) => name === "agent")
        .map((row) => row.ratios);
    expect(ratios()).toEqual([{ "its first": 1 }, { "its first": 2 }]);
    expect(ratios(["echo"])).toEqual([{ echo: 0.5 }, { echo: 0.8 }]);
  });

  it("has a 95th percentile of twenty samples or more, and says of one that it is no median", () => {
    const of = (count: number) =>
      summaryOf({
        title: "A turn",
        unit: "ms",
        rows: [{ name: "ours", samples: Array.from({ length: count }, (_, n) => n + 1) }],
      }).rows.map(cellsOf);
    expect(of(1)).toEqual([{ measured: 1 }]);
    expect(of(19)).toEqual([{ median: 10 }]);
    expect(of(100)).toEqual([{ median: 51, p95: 96, "p95 over median": 1.88 }]);
  });
});
