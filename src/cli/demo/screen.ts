import type { Writable } from "node:stream";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { colorsFor } from "../output/colors.js";
import { type AlignProgress, createAlignProgress } from "../align/align-progress.js";
import { wrap } from "../output/wrap.js";
import type { DemoUser } from "./demo-user.js";
import { type LearnedByUser, learnSettings } from "./learn.js";
import { learnedLines } from "./learned-lines.js";
import { cut, day, situationOf } from "./screen-text.js";

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

/** What happens in the demo, in order, for whoever watches. */
export interface Screen {
  opening(): void;
  services(info: { readonly model: string; readonly index: string }): void;
  user(user: DemoUser, statements: readonly { readonly text: string }[]): void;
  part(title: string, message: string): void;
  turn(turn: ShownTurn): void;
  /** All personas are about to be aligned. */
  learning(): void;
  /** One is being aligned, until it is `stop`ped. */
  aligning(): AlignProgress;
  learned(learned: LearnedByUser): void;
  closing(seconds: number): void;
}

export const silentScreen: Screen = {
  opening: () => {},
  services: () => {},
  user: () => {},
  part: () => {},
  turn: () => {},
  learning: () => {},
  aligning: () => ({ onEvent: () => {}, stop: () => {} }),
  learned: () => {},
  closing: () => {},
};

const shownStatements = 3;
const shownEpisodes = 3;
/** Columns before a user's texts: the longest user name, and room around it. */
const indent = 9;

/** Writes the demo for a person, in colours where the stream is a terminal that wants them. */
export function createScreen(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
): Screen {
  const colors = colorsFor(stream);
  // Some terminals say 0 for not knowing.
  const { columns = 0 } = stream;
  const width = Math.max(60, Math.min(columns === 0 ? 88 : columns, 96)) - 2;
  const write = (text = "") => stream.write(`${text}\n`);
  /** Wrapped text; `label` stands before the first line. */
  const block = (label: string, text: string, style: (line: string) => string = String) => {
    const [first = "", ...rest] = wrap(text, width - indent);
    write(`  ${label.padEnd(indent - 2)}${style(first)}`);
    for (const line of rest) write(`${" ".repeat(indent)}${style(line)}`);
  };
  const named = (name: string, text: string, style: (line: string) => string = String) => {
    const [first = "", ...rest] = wrap(text, width - indent);
    write(
      `  ${colors.bold(name)}${" ".repeat(Math.max(1, indent - 2 - name.length))}${style(first)}`,
    );
    for (const line of rest) write(`${" ".repeat(indent)}${style(line)}`);
  };

  let parts = 0;
  const heading = (title: string) => {
    parts += 1;
    write(`  ${colors.cyan(`${parts}  ${title}`)}`);
  };
  return {
    opening() {
      write();
      write(`  ${colors.bold("persona-agent")} ${colors.dim("· demo")}`);
      write();
      const text =
        "Two invented people ask the same questions, and each gets an answer of their own; then each one's persona learns from what they chose. Their memory is kept on this machine, in a folder that is removed at the end.";
      for (const line of wrap(text, width - 2)) write(`  ${line}`);
      write();
      write(`  ${colors.dim("Starting Chroma and PostgreSQL ...")}`);
    },
    services({ model, index }) {
      write();
      const isOffline = model === "offline";
      block(
        "model",
        isOffline
          ? "the offline stand-in. It counts, compares words and quotes; it understands nothing. For a real one: MODEL=openai:<name> OPENAI_API_KEY=... npm run demo"
          : model,
        colors.dim,
      );
      block("memory", `PostgreSQL in this process (PGlite); index: ${index}`, colors.dim);
      write();
    },
    user({ id, about, history }, statements) {
      named(id, about);
      const [first, last] = [history[0], history.at(-1)].map((item) => day(item?.at ?? null));
      block("", `${history.length} interactions, ${first} to ${last}; profile:`, colors.dim);
      for (const { text } of statements.slice(0, shownStatements))
        for (const [index, line] of wrap(text, width - indent - 2).entries())
          write(`${" ".repeat(indent)}${colors.dim(index === 0 ? "·" : " ")} ${colors.dim(line)}`);
      write();
    },
    part(title, message) {
      heading(title);
      if (parts === 1)
        write(
          `  ${colors.dim("Below each answer: what was recalled for it, with score and date.")}`,
        );
      for (const line of wrap(`“${message}”`, width - 2)) write(`  ${line}`);
      write();
    },
    turn(turn) {
      named(turn.user, turn.answer, colors.green);
      const [first, ...others] = turn.recalled;
      if (first === undefined) block("", "nothing recalled", colors.dim);
      for (const episode of turn.recalled.slice(0, shownEpisodes))
        write(`${" ".repeat(indent)}${colors.dim(recalledLine(episode, width - indent))}`);
      const more = others.length + 1 - shownEpisodes;
      const facts = [
        ...(more > 0 ? [`${more} more recalled`] : []),
        turn.tools.length === 0 ? "no tool called" : `called ${turn.tools.join(", ")}`,
        `persona v${turn.personaVersion}`,
        turn.calls === 1 ? "1 model call" : `${turn.calls} model calls`,
        `${Math.round(turn.milliseconds)} ms`,
        ...turn.degraded,
      ];
      block("", facts.join(" · "), colors.dim);
      write();
    },
    learning() {
      heading("Both personas are aligned with what their users chose");
      const { batch, holdout } = parseAlignConfig({ context: learnSettings });
      const text = `The latest ${batch} choices are asked again, each from the memory before it; where an answer is wrong, the gap is put into words and the persona rewritten. It is kept only where it answers up to ${holdout} earlier choices better, beyond chance. Then the choices of the weeks after, which were never imported: they are asked before and after, and each question is forgotten again.`;
      for (const line of wrap(text, width - 2)) write(`  ${colors.dim(line)}`);
      write();
    },
    aligning: () => createAlignProgress(stream, learnSettings),
    learned(learned) {
      const [first = "", ...rest] = learnedLines(learned, width - indent, colors);
      write(
        `  ${colors.bold(learned.user)}${" ".repeat(Math.max(1, indent - 2 - learned.user.length))}${first}`,
      );
      for (const line of rest) write(`${" ".repeat(indent)}${line}`);
      write();
    },
    closing(seconds) {
      const text = `Done in ${seconds.toFixed(1)} s, and the folder is gone. The score ranks nearness by meaning and by words (.033 at most; "last" is one of the two latest). To talk to it yourself: npm run persona -- chat --user you`;
      for (const line of wrap(text, width - 2)) write(`  ${colors.dim(line)}`);
      write();
    },
  };
}

/** `.033   4 Sep 2026  It is Friday … → thriller`, on one line. */
function recalledLine({ score, at, query, answer }: DemoRecall, width: number): string {
  const rank = score === 0 ? "last" : score.toFixed(3).slice(1);
  const asked = situationOf(query);
  const outcome = answer === null ? "" : ` → ${answer}`;
  const start = `${rank}  ${day(at).padStart(11)}  `;
  const room = Math.max(Math.ceil(width / 2) - start.length, width - start.length - outcome.length);
  return cut(`${start}${cut(asked, room)}${outcome}`, width);
}
