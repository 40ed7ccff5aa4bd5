/** The page's only style; nothing is fetched. */
export const htmlStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1d2126; --soft: #5d656f; --line: #e2e3df;
  --accent: #1f6fb5; --best: #eaf3fb; --better: #1c7a5c; --worse: #b4452a;
  --warn: #fff5e3; --warn-line: #e0a33a; --added: #e3f5ea; --removed: #fce8e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1a1e23; --ink: #e4e6e9; --soft: #99a1ab; --line: #2d333a;
    --accent: #74b4ee; --best: #1d3247; --better: #5fc6a2; --worse: #ee8d72;
    --warn: #2d2515; --warn-line: #a87a2b; --added: #16301f; --removed: #3a1f1a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main, header > div { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header { border-bottom: 1px solid var(--line); background: var(--card); padding: 40px 0 24px; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 6px; }
header p { margin: 0; color: var(--soft); }
nav { margin-top: 18px; font-size: 0.875rem; display: flex; flex-wrap: wrap; gap: 4px 18px; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h2 {
  font-size: 1.4rem; letter-spacing: -0.015em; line-height: 1.25; margin: 56px 0 12px;
  padding-top: 20px; border-top: 1px solid var(--line);
}
h3 { font-size: 1.06rem; margin: 36px 0 6px; overflow-wrap: anywhere; }
p { margin: 10px 0; max-width: 76ch; overflow-wrap: anywhere; }
p.note { color: var(--soft); font-size: 0.875rem; }
p.warning {
  background: var(--warn); border-left: 3px solid var(--warn-line); padding: 10px 14px;
  border-radius: 0 6px 6px 0; max-width: none; margin-top: 22px;
}
p.warning + p.warning { margin-top: 10px; }
.scroll { width: fit-content; max-width: 100%; overflow-x: auto; margin: 14px 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
table { border-collapse: separate; border-spacing: 0; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 7px 12px; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-weight: 600; font-size: 0.78rem; color: var(--soft); vertical-align: bottom; white-space: normal; min-width: 4.2em; }
tbody th { font-weight: 500; white-space: nowrap; position: sticky; left: 0; background: var(--card); }
.num { text-align: right; white-space: nowrap; }
thead .num { white-space: normal; }
td.text { min-width: 9em; overflow-wrap: anywhere; }
small { color: var(--soft); font-size: 0.76rem; margin-left: 6px; }
.num small { display: block; margin: 0; line-height: 1.3; }
td.best { background: var(--best); }
td.best strong { color: var(--accent); }
td.better { color: var(--better); font-weight: 600; }
td.worse { color: var(--worse); font-weight: 600; }
td.better small, td.worse small { font-weight: 400; }
td.paper { color: var(--soft); font-style: italic; }
td.unknown { color: var(--soft); font-size: 0.8rem; }
.plots { display: flex; flex-wrap: wrap; gap: 18px 28px; margin: 14px 0 6px; }
figure { margin: 0; flex: 1 1 460px; max-width: min(100%, 520px); min-width: 0; }
figcaption { font-size: 0.82rem; font-weight: 600; margin-bottom: 4px; }
figure svg { display: block; max-width: 100%; height: auto; }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--accent); font-size: 0.875rem; }
.diff { margin: 14px 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); overflow: hidden; font-size: 0.875rem; }
.diff h4 { margin: 0; padding: 8px 14px; font-size: 0.8rem; color: var(--soft); border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.diff ul { list-style: none; margin: 0; padding: 6px 0; }
.diff li { padding: 3px 14px 3px 34px; text-indent: -20px; overflow-wrap: anywhere; }
.diff li::before { content: ""; display: inline-block; width: 20px; text-indent: 0; color: var(--soft); }
.diff .added { background: var(--added); } .diff .added::before { content: "+"; color: var(--better); }
.diff .removed { background: var(--removed); } .diff .removed::before { content: "−"; color: var(--worse); }
ins, del { text-decoration: none; }
footer { max-width: 1120px; margin: 56px auto 40px; padding: 0 20px; color: var(--soft); font-size: 0.82rem; }
@media (max-width: 560px) {
  body { font-size: 15px; }
  header { padding: 26px 0 18px; }
  h1 { font-size: 1.5rem; }
  main, header > div { padding: 0 14px; }
  th, td { padding: 6px 9px; }
  tbody th { white-space: normal; max-width: 8.6em; overflow-wrap: break-word; }
  figure { overflow-x: auto; } figure svg { max-width: none; }
}
@media print {
  body { background: none; } details > *, .scroll { overflow: visible; }
  h2, h3 { break-after: avoid; } table, figure, .diff { break-inside: avoid; }
}
`;
