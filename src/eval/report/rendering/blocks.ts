import type { Plot } from "./plots.js";

/** What is shown, as HTML and as Markdown. All texts, also those of blocks, are plain and not yet escaped. */
export interface Page {
  readonly title: string;
  /** What was run, in one line under the title. */
  readonly subtitle: string;
  /** In the order of reading. */
  readonly blocks: readonly Block[];
}

/** A part of a report's content. */
export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly tone?: "note" | "warning" }
  | { readonly kind: "table"; readonly table: Table }
  /** For the HTML page only; a table holds the same numbers. */
  | { readonly kind: "plots"; readonly plots: readonly Plot[] }
  | { readonly kind: "diff"; readonly title: string; readonly lines: readonly DiffLine[] }
  /** Closed until the reader opens it. */
  | { readonly kind: "folded"; readonly title: string; readonly blocks: readonly Block[] };

export interface Table {
  /** What it shows, for readers who do not see it. */
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly isNumber?: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Cell {
  readonly text: string;
  /** Beside it, smaller. */
  readonly detail?: string;
  /** `best` of its column, `paper` where it is the paper's, `unknown` where there is no number. */
  readonly mark?: "best" | "better" | "worse" | "paper" | "unknown";
}

export interface DiffLine {
  readonly kind: "kept" | "added" | "removed";
  readonly text: string;
}

export const heading = (level: 2 | 3, text: string): Block => ({ kind: "heading", level, text });
export const text = (content: string): Block => ({ kind: "text", text: content });
export const note = (content: string): Block => ({ kind: "text", text: content, tone: "note" });
export const warning = (content: string): Block => ({
  kind: "text",
  text: content,
  tone: "warning",
});

/** A table of columns `"name"` and, for numbers, `"#name"`. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
): Block {
  return {
    kind: "table",
    table: {
      caption,
      columns: columns.map((column) =>
        column.startsWith("#") ? { title: column.slice(1), isNumber: true } : { title: column },
      ),
      rows: rows.map((row) =>
        row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)),
      ),
    },
  };
}
