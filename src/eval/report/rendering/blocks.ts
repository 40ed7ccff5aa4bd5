import type { Plot } from "./plot.js";

/** A report's content, before it is a page: both pages show the same blocks. All texts are plain and not yet escaped. */
export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly tone?: "note" | "warning" }
  | { readonly kind: "table"; readonly table: Table }
  /** Only the page that can show pictures has them; what they show stands in a table, too. */
  | { readonly kind: "plots"; readonly plots: readonly Plot[] }
  | { readonly kind: "diff"; readonly title: string; readonly lines: readonly DiffLine[] }
  /** Closed until somebody opens it. */
  | { readonly kind: "folded"; readonly title: string; readonly blocks: readonly Block[] };

export interface Table {
  /** What it shows, for those who do not see it. */
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
