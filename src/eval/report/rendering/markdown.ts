import type { Block, Cell, DiffLine, Page, Table } from "./blocks.js";

/** The same as Markdown, with the tables of the HTML page and without its plots. */
export function renderMarkdown({ title, subtitle, blocks }: Page): string {
  const parts = blocks.flatMap((block) => renderBlock(block));
  return `${[`# ${escapeMarkdown(title)}`, escapeMarkdown(subtitle), ...parts].join("\n\n")}\n`;
}

function renderBlock(block: Block): string[] {
  switch (block.kind) {
    case "heading":
      return [`${"#".repeat(block.level)} ${escapeMarkdown(block.text)}`];
    case "text":
      return [`${block.tone === "warning" ? "> **Note:** " : ""}${escapeMarkdown(block.text)}`];
    case "table":
      return [renderTable(block.table)];
    case "plots":
      return [];
    case "diff":
      return [`**${escapeMarkdown(block.title)}**`, renderDiff(block.lines)];
    case "folded":
      return [
        `**${escapeMarkdown(block.title)}**`,
        ...block.blocks.flatMap((each) => renderBlock(each)),
      ];
  }
}

function renderTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ isNumber }) => (isNumber === true ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(renderCell))),
  ].join("\n");
}

function renderCell({ text, detail, mark }: Cell): string {
  const main = mark === "best" ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
  return detail === undefined ? main : `${main} ${escapeMarkdown(detail)}`;
}

/** In a fence that is longer than any in the text. */
function renderDiff(lines: readonly DiffLine[]): string {
  const signs = { kept: " ", added: "+", removed: "-" };
  const body = lines.map(({ kind, text }) => `${signs[kind]} ${oneLine(text)}`).join("\n");
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}diff\n${body}\n${fence}`;
}

/** A text on one line, also in a table's cell, without any Markdown syntax. */
function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
