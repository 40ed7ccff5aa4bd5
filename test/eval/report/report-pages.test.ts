import { mkdtemp, readdir, readFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EvalReport } from "../../../src/eval/report/summary/eval-report.js";
import { reportPage } from "../../../src/eval/report/document.js";
import { renderHtml } from "../../../src/eval/report/rendering/html.js";
import { renderMarkdown } from "../../../src/eval/report/rendering/markdown.js";
import { summariseRun } from "../../../src/eval/report/summary/summarise.js";
import { writeReport } from "../../../src/eval/report/write-report.js";
import { prediction, preparedCase, runRecord } from "../../support/evaluation/eval-run.js";

const methods = ["prompt", "rag", "persona-agent", "without-alignment", "without-wikipedia"];

/** A small run with everything that a page shows; `text` stands wherever a user, a model or a file's name speaks. */
async function sample(text = "plain", name = "papers"): Promise<EvalReport> {
  const study = (value: number) => ({
    id: `persona-agent@batch=${value}`,
    method: "persona-agent",
    summary: text,
    settings: { batch: value },
    study: { name: "batch", value },
  });
  const run = {
    ...runRecord({
      sets: [{ name, task: "LaMP_1", users: 3, questions: 4 }],
      arms: [...methods, text, study(2), study(8)],
    }),
    model: text,
  };
  const predictions = run.arms.flatMap(({ id }, place) =>
    ["[1]", "[2]", "[1]"].map((gold, at) =>
      prediction({
        arm: id,
        set: name,
        user: `${text} ${at}`,
        question: `${text} q${at}`,
        gold,
        prediction: (at + place) % 3 === 0 ? text : gold,
        output: text,
        ...(at === 2 && place === 1 && { prediction: null, error: `${text}: it failed` }),
      }),
    ),
  );
  const prepared = ["a", "b"].map((id) =>
    preparedCase({
      arm: "persona-agent",
      set: name,
      case: `${text} ${id}`,
      persona: { before: ["Reads about courts."], after: ["Reads about elections.", text] },
    }),
  );
  return summariseRun(run, predictions, prepared);
}

/** The row of a table, by its first cell, as the texts of its cells; the first table that has one. */
function rowOf(markdown: string, first: string, after = ""): string[] {
  const line = markdown
    .slice(markdown.indexOf(after))
    .split("\n")
    .find((each) => each.startsWith(`| ${first} |`));
  return (line ?? "").split(" | ").map((cell) => cell.replaceAll("|", "").trim());
}

describe("renderHtml", () => {
  it("runs and loads nothing, even if a text of the run tries", async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)> ' </style></svg>`;
    const page = await renderHtml(reportPage(await sample(evil, evil)));
    expect(page).not.toMatch(/<script|<img|<iframe|<link|<foreignObject/i);
    // Quotation marks stand around attributes only, for those of a text are escaped.
    expect(page.replace(/"[^"]*"/g, "")).not.toMatch(/<[^>]*\son\w+=|url\(|@import/i);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    // Names of namespaces are the only addresses.
    const addresses = [...page.matchAll(/(?:https?:)?\/\/[\w.]+/g)].map(([address]) => address);
    expect(new Set(addresses)).toEqual(new Set(["http://www.w3.org"]));
    expect(page.match(/<svg/g)?.length).toBe(page.match(/<\/svg>/g)?.length);
  });

  it("leaves out invisible characters and marks of text direction", async () => {
    const page = await renderHtml(reportPage(await sample("a\u0000b\u202ec\ud800d")));
    expect(page).toContain("abc\ufffdd");
    expect(page).not.toContain("\u0000");
    expect(page).not.toContain("\u202e");
  });

  it("has a plot for each metric's differences and for each study, in the page's own colours", async () => {
    const page = await renderHtml(reportPage(await sample()));
    // Two forests, the study's scores and its gains over rag and without-alignment.
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page).toContain('fill="currentColor"');
    expect(page).toContain("prefers-color-scheme: dark");
  });

  it("gives the same bytes for the same report, also the second time", async () => {
    const first = await renderHtml(reportPage(await sample()));
    expect(await renderHtml(reportPage(await sample()))).toBe(first);
  });

  it("shows what changed in a persona", async () => {
    const page = await renderHtml(reportPage(await sample("A new line.")));
    expect(page).toContain('<li class="removed"><del>Reads about courts.</del></li>');
    expect(page).toContain('<li class="added"><ins>A new line.</ins></li>');
  });
});

describe("renderMarkdown", () => {
  it("marks the best of a column and puts the paper's cells beside ours", async () => {
    const text = renderMarkdown(reportPage(await sample()));
    const results = "## Results by set";
    // Nobody has more right than rag, whose third question ended in an error.
    expect(rowOf(text, "rag", results).slice(0, 3)).toEqual(["rag", "2", "1"]);
    expect(rowOf(text, "rag", results)[3]).toMatch(/^\*\*1\.000\*\* \\\[/);
    expect(rowOf(text, "prompt", results)[3]).toMatch(/^0\.667 /);
    expect(rowOf(text, "persona-agent", results)[4]).toBe("0.919");
  });

  it("shows which of the paper's cells are unknown, and the bounds of others", async () => {
    const text = renderMarkdown(reportPage(await sample()));
    expect(rowOf(text, "rag", "## Results by set")[4]).toBe("≤ 0.862");
    expect(rowOf(text, "rag", "## Efficiency")[2]).toBe("unknown");
    const switchOfOurs = rowOf(text, "without-wikipedia", "## Ablation");
    expect(switchOfOurs[3]).toBe("–");
    const alignment = rowOf(text, "without-alignment", "## Ablation");
    expect(alignment.slice(3, 5)).toEqual(["0.894", "+0.025"]);
  });

  it("says that other data's numbers do not compare with the paper's", async () => {
    const other = renderMarkdown(reportPage(await sample()));
    expect(other).toContain("paper (other data)");
    expect(other).toContain("Other data than the paper's");
    const official = renderMarkdown(reportPage(await sample("plain", "LaMP_1-time")));
    expect(official).toContain("paper (other users)");
    expect(official).not.toContain("paper (other data)");
  });

  it("says what is incomplete and what failed", async () => {
    const text = renderMarkdown(reportPage(await sample()));
    expect(text).toContain("This run is incomplete: 8 questions were not asked.");
    expect(text).toContain("1 of 24 questions ended in an error.");
    const [, during, count, example] = rowOf(text, "plain: it failed");
    expect([during, count, example]).toEqual(["question", "1", "plain: it failed"]);
  });

  it("shows PrefEval by accuracy alone, without a column of the paper's, and who was not aligned", async () => {
    const value = (distance: number) => ({
      id: `rag@distance=${distance}`,
      method: "rag",
      summary: "Recalls.",
      settings: { distance },
      study: { name: "distance", value: distance },
    });
    const arms = ["rag", "persona-agent", "without-action", value(0), value(50)];
    const run = runRecord({ sets: [{ name: "invented", task: "PrefEval" }], arms });
    const predictions = run.arms.flatMap(({ id: arm }) =>
      ["ada", "bo"].map((user) =>
        prediction({ arm, set: "invented", user, question: user, gold: "[3]", prediction: "[3]" }),
      ),
    );
    const persona = { before: ["Sings."], after: ["Sings."] };
    const prepared = ["ada", "bo"].map((user) =>
      preparedCase({
        arm: "persona-agent",
        set: "invented",
        case: user,
        persona: user === "bo" ? { ...persona, notAligned: "Nothing to learn from." } : persona,
      }),
    );
    const page = renderMarkdown(reportPage(await summariseRun(run, predictions, prepared)));
    const own = page.slice(0, page.indexOf("## The paper's own tables"));
    expect(own).toContain("| Method | n | errors | Accuracy ↑ |");
    expect(own).toContain("| Configuration | Accuracy ↑ | loss |");
    expect(own).not.toMatch(/Macro-F1 ↑|paper \(other|its loss/);
    expect(own).toContain("The paper has no such task.");
    expect(own).toContain("## Study: distance");
    expect(rowOf(own, "50", "## Study: distance").slice(0, 3)).toEqual(["50", "rag", "2"]);
    expect(rowOf(own, "invented", "## Personas")).toEqual([
      "invented",
      "persona-agent",
      "2",
      "0",
      "1",
      "Nothing to learn from.",
    ]);
  });

  it("keeps a text inside its table cell", async () => {
    const text = renderMarkdown(reportPage(await sample("a | b\n# c `d` <i>")));
    expect(rowOf(text, "model")).toEqual(["model", "a \\ b \\# c \\`d\\` &lt;i&gt;"]);
    expect(text).not.toMatch(/^# c/m);
  });
});

describe("writeReport", () => {
  it("writes the three files, and report.json holds the report", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "report-")), "new");
    const report = await sample();
    const paths = await writeReport(folder, report, reportPage(report));
    expect((await readdir(folder)).toSorted()).toEqual(["report.html", "report.json", "report.md"]);
    expect(JSON.parse(await readFile(paths.json, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(report)),
    );
    expect(await readFile(paths.html, "utf8")).toBe(await renderHtml(reportPage(report)));
  });

  it("keeps the earlier files whole if it cannot write", async () => {
    const folder = await mkdtemp(join(tmpdir(), "report-"));
    await writeFile(join(folder, "report.json"), "earlier");
    await mkdir(join(folder, "report.md.unfinished"));
    const report = await sample();
    await expect(writeReport(folder, report, reportPage(report))).rejects.toThrow("EISDIR");
    expect(await readFile(join(folder, "report.json"), "utf8")).toBe("earlier");
    expect(await readdir(folder)).toEqual(["report.json", "report.md.unfinished"]);
  });
});
