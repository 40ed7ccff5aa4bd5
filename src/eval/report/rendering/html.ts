import type { Block, Cell, DiffLine, Page, Table } from "./blocks.js";
import { htmlStyle } from "./html-style.js";
import { plotsToSvg } from "./plots.js";

/** The page loads nothing and runs nothing, even if a text of the run got past the escaping. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * One page that opens from disk: no network, no script, light or dark as the reader prefers.
 *
 * @param footer - Where else the numbers are.
 */
export async function renderHtml(
  { title, subtitle, blocks }: Page,
  footer = "The same numbers stand in report.md and, with every digit, in report.json beside this page.",
): Promise<string> {
  const places = sectionPlaces(blocks);
  const parts = await Promise.all(blocks.map((block) => renderBlock(block, places.get(block))));
  const links = [...places].map(
    ([block, id]) =>
      `<a href="#${id}">${block.kind === "heading" ? escapeHtml(block.text) : ""}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${htmlStyle}</style>
</head>
<body>
<header><div>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
<nav aria-label="Sections">${links.join("")}</nav>
</div></header>
<main>
${parts.join("\n")}
</main>
<footer>${escapeHtml(footer)}</footer>
</body>
</html>
`;
}

/** Ids by place: no text of a run may choose an id. */
function sectionPlaces(blocks: readonly Block[]): ReadonlyMap<Block, string> {
  const sections = blocks.filter((block) => block.kind === "heading" && block.level === 2);
  return new Map(sections.map((block, place) => [block, `section-${place + 1}`]));
}

async function renderBlock(block: Block, id?: string): Promise<string> {
  switch (block.kind) {
    case "heading": {
      const name = id === undefined ? "" : ` id="${id}"`;
      return `<h${block.level}${name}>${escapeHtml(block.text)}</h${block.level}>`;
    }
    case "text": {
      const tone = block.tone === undefined ? "" : ` class="${block.tone}"`;
      return `<p${tone}>${escapeHtml(block.text)}</p>`;
    }
    case "table":
      return renderTable(block.table);
    case "plots": {
      const svgs = await plotsToSvg(block.plots);
      const figures = block.plots.map(
        ({ title, description }, place) =>
          `<figure role="group" aria-label="${escapeHtml(description)}"><figcaption>${escapeHtml(title)}</figcaption>${plainCharacters(svgs[place] ?? "")}</figure>`,
      );
      return `<div class="plots">${figures.join("")}</div>`;
    }
    case "diff":
      return `<div class="diff"><h4>${escapeHtml(block.title)}</h4><ul>${block.lines.map(renderDiffLine).join("")}</ul></div>`;
    case "folded": {
      const inner = await Promise.all(block.blocks.map((each) => renderBlock(each)));
      return `<details><summary>${escapeHtml(block.title)}</summary>${inner.join("")}</details>`;
    }
  }
}

function renderTable({ caption, columns, rows }: Table): string {
  const numbers = columns.map(({ isNumber }) => isNumber === true);
  const head = columns.map(
    ({ title }, place) =>
      `<th scope="col"${numbers[place] === true ? ' class="num"' : ""}>${escapeHtml(title)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, place) => renderCell(cell, numbers[place] === true, place === 0));
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join("")}</tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>`;
}

function renderCell({ text, detail, mark }: Cell, isNumber: boolean, isFirst: boolean): string {
  const classes = [isNumber ? "num" : "text", ...(mark === undefined ? [] : [mark])].join(" ");
  const main = mark === "best" ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text);
  const small = detail === undefined ? "" : `<small>${escapeHtml(detail)}</small>`;
  if (isFirst && !isNumber) return `<th scope="row">${main}${small}</th>`;
  return `<td class="${classes}">${main}${small}</td>`;
}

function renderDiffLine({ kind, text }: DiffLine): string {
  const element = { kept: "span", added: "ins", removed: "del" }[kind];
  return `<li class="${kind}"><${element}>${escapeHtml(text)}</${element}></li>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For elements and quoted attributes. */
function escapeHtml(text: string): string {
  return plainCharacters(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Without what a page may not hold (control characters, lone surrogates), and without marks of text direction. */
function plainCharacters(text: string): string {
  const hidden = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
  return text.replace(hidden, "").toWellFormed();
}
