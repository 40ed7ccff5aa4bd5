import stringWidth from "string-width";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { type AlignProgress, createAlignProgress } from "../align/align-progress.js";
import { counted, calendarDay } from "../output/figures.js";
import { printableLine, wrap } from "../output/printable.js";
import { terminalOf, type TerminalStream } from "../output/terminal.js";
import { type DemoUser, situationOf } from "./demo-user.js";
import { type LearnedByUser, learnSettings } from "./learn.js";
import { learnedLines } from "./learned-lines.js";

/** A past interaction as the demo shows it; `score` is 0 for one recalled only for being recent. */
export interface DemoRecall {
  readonly id: string;
  readonly score: number;
  readonly at: string | null;
  readonly query: string;
  readonly answer: string | null;
}

export interface ShownTurn {
  readonly user: string;
  readonly answer: string;
  readonly personaVersion: number;
  readonly recalled: readonly DemoRecall[];
  readonly tools: readonly string[];
  readonly degraded: readonly string[];
  readonly calls: number;
  readonly milliseconds: number;
}

const shownStatements = 3;
const shownEpisodes = 3;
/** Columns before a user's texts, for the user's name. */
const indent = 9;

/** Writes each part of the demo for a person. The methods are called in this order; `turn` and `part` many times. */
export function createScreen(stream: TerminalStream) {
  const { colors, width: streamWidth, write } = terminalOf(stream);
  const width = Math.min(streamWidth, 96) - 2;
  const paragraph = (text: string, style: (line: string) => string = String) => {
    for (const line of wrap(text, width - 2)) write(`  ${style(line)}`);
  };
  /** Lines beside a label. */
  const block = (label: string, [first = "", ...rest]: readonly string[]) => {
    write(`  ${colors.bold(label)}${" ".repeat(Math.max(1, indent - 2 - label.length))}${first}`);
    for (const line of rest) write(`${" ".repeat(indent)}${line}`);
  };
  const wrapped = (text: string, style: (line: string) => string = String) =>
    wrap(text, width - indent).map(style);

  let parts = 0;
  const heading = (title: string) => {
    parts += 1;
    write(`  ${colors.cyan(`${parts}  ${title}`)}`);
  };
  return {
    opening() {
      write("");
      write(`  ${colors.bold("persona-agent")} ${colors.dim("· demo")}`);
      write("");
      paragraph(
        "Two invented people ask the same questions, and each gets their own answer; then each persona learns from what its user chose. Their memory is in a folder on this machine, which is removed at the end.",
      );
      write("");
      write(`  ${colors.dim("Starting Chroma and PostgreSQL ...")}`);
    },
    services({ model, index }: { readonly model: string; readonly index: string }) {
      write("");
      const text =
        model === "offline"
          ? "the offline stand-in. It counts, compares words and quotes; it understands nothing. For a real one: MODEL=openai:<name> OPENAI_API_KEY=... npm run demo"
          : model;
      block("model", wrapped(text, colors.dim));
      block("memory", wrapped(`PostgreSQL in this process (PGlite); index: ${index}`, colors.dim));
      write("");
    },
    user({ id, about, history }: DemoUser, statements: readonly { readonly text: string }[]) {
      const [first, last] = [history[0], history.at(-1)].map((item) =>
        calendarDay(item?.at ?? null),
      );
      const summary = `${history.length} interactions, ${first} to ${last}; profile:`;
      const shown = statements
        .slice(0, shownStatements)
        .flatMap(({ text }) =>
          wrap(text, width - indent - 2).map((line, index) =>
            colors.dim(`${index === 0 ? "·" : " "} ${line}`),
          ),
        );
      block(id, [...wrapped(about), ...wrapped(summary, colors.dim), ...shown]);
      write("");
    },
    part(title: string, message: string) {
      heading(title);
      if (parts === 1)
        paragraph(
          "Below each answer: the interactions that were recalled for it, with score and date.",
          colors.dim,
        );
      paragraph(`“${message}”`);
      write("");
    },
    turn({ user, answer, personaVersion, recalled, tools, ...rest }: ShownTurn) {
      const more = recalled.length - shownEpisodes;
      const facts = [
        ...(more > 0 ? [`${more} more recalled`] : []),
        tools.length === 0 ? "no tool called" : `called ${tools.join(", ")}`,
        `persona v${personaVersion}`,
        counted(rest.calls, "model call"),
        `${Math.round(rest.milliseconds)} ms`,
        ...rest.degraded,
      ];
      block(user, [
        ...wrapped(answer, colors.green),
        ...(recalled.length === 0 ? [colors.dim("nothing recalled")] : []),
        ...recalled
          .slice(0, shownEpisodes)
          .map((episode) => colors.dim(recalledLine(episode, width - indent))),
        ...wrapped(facts.join(" · "), colors.dim),
      ]);
      write("");
    },
    learning() {
      heading("Both personas are aligned with what their users chose");
      const { batch } = parseAlignConfig({ context: learnSettings });
      paragraph(
        `Earlier choices are asked again, each from the memory before it. From ${batch} of them, wrong answers and right ones, the persona is rewritten. It is kept only where it answers enough of the others better. The choices of the weeks after were never imported: they are asked before and after, and each of these questions is deleted from memory again.`,
        colors.dim,
      );
      write("");
    },
    /** Shows the progress of one alignment, until `stop`. */
    aligning: (): AlignProgress => createAlignProgress(stream, learnSettings),
    learned(learned: LearnedByUser) {
      block(learned.user, learnedLines(learned, width - indent, colors));
      write("");
    },
    closing(seconds: number) {
      paragraph(
        `Done in ${seconds.toFixed(1)} s, and the folder is removed. The score says how well an interaction matches by words and meaning (1 at most; "last" is one of the two latest). To talk to it yourself: npm run persona -- chat --user you`,
        colors.dim,
      );
      write("");
    },
  };
}

export type Screen = ReturnType<typeof createScreen>;

/** `.933   4 Sep 2026  It is Friday … → thriller`, on one line. */
function recalledLine({ score, at, query, answer }: DemoRecall, width: number): string {
  const rank = score === 0 ? "last" : score >= 0.9995 ? "1.00" : score.toFixed(3).slice(1);
  const start = `${rank}  ${calendarDay(at).padStart(11)}  `;
  const outcome = answer === null ? "" : ` → ${printableLine(answer, Math.floor(width / 2) - 3)}`;
  const room = width - start.length - stringWidth(outcome);
  return `${start}${printableLine(situationOf(query), room)}${outcome}`;
}
