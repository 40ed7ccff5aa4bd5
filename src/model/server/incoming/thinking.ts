/** Between which marks models write their reasoning, where a server leaves it in the answer. */
const marks = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
] as const;

type State = "start" | "inside" | "unopened" | "answer";

/**
 * Takes the reasoning off the beginning of an answer that comes in pieces. Marks that stand later are the answer's own:
 * somebody may have asked about them.
 */
export class ThinkingSplitter {
  #state: State = "start";
  #held = "";
  #open = "";
  #close = "";
  #hadThoughts = false;
  #waits: boolean;

  /**
   * @param waits - Hold the answer back until a closing mark: chat templates of some models write the opening one, so
   *   that the server never sends it. Without a closing mark, `end` returns it all.
   */
  constructor(waits = false) {
    this.#waits = waits;
  }

  /** The server gave the reasoning elsewhere, so that none is left to wait for. */
  stopWaiting() {
    this.#waits = false;
  }

  /** The answer's part of what is known so far. */
  push(piece: string): string {
    if (this.#state === "answer") return piece;
    this.#held += piece;
    if (this.#state === "start") this.#state = this.#stateAtStart();
    if (this.#state === "inside") return this.#seekClose();
    if (this.#state === "unopened") return this.#seekUnopenedClose(false);
    return this.#state === "start" ? "" : this.#release();
  }

  /**
   * What is left when nothing more comes.
   *
   * @param wasCut - The answer was cut off, so that reasoning may lack its end.
   */
  end(wasCut = false): string {
    if (this.#state === "unopened") return this.#seekUnopenedClose(true) + this.#release();
    if (this.#state !== "inside") return this.#release();
    // An answer that only begins with the mark is a sentence about it; reasoning without an end is no answer.
    const isSentence = !wasCut && /^ \S/.test(this.#held);
    return isSentence ? this.#open + this.#release() : "";
  }

  #stateAtStart(): State {
    const text = this.#held.trimStart();
    const mark = marks.find(([open]) => text.startsWith(open));
    if (mark !== undefined) {
      [this.#open, this.#close] = mark;
      this.#held = text.slice(this.#open.length);
      return "inside";
    }
    if (marks.some(([open]) => open.startsWith(text))) return "start";
    return this.#waits && !this.#hadThoughts ? "unopened" : "answer";
  }

  #seekClose(): string {
    const at = this.#held.indexOf(this.#close);
    return at < 0 ? "" : this.#closeAt(at + this.#close.length);
  }

  #seekUnopenedClose(isWhole: boolean): string {
    const end = unopenedEnd(this.#held, isWhole);
    return end === undefined ? "" : this.#closeAt(end);
  }

  #closeAt(end: number): string {
    const rest = this.#held.slice(end);
    this.#held = "";
    this.#hadThoughts = true;
    this.#state = "start";
    return this.push(rest);
  }

  #release(): string {
    const text = this.#hadThoughts ? this.#held.trimStart() : this.#held;
    this.#held = "";
    return text;
  }
}

/**
 * Where reasoning without an opening mark ends; undefined if the text has none. The mark closes a line or is followed
 * by a word; one between quotes, or between spaces in a line, is spoken of.
 */
function unopenedEnd(text: string, isWhole: boolean): number | undefined {
  for (const [open, close] of marks) {
    const at = text.indexOf(close);
    if (at < 0 || text.slice(0, at).includes(open)) continue;
    const [before, after] = [text[at - 1] ?? "", text[at + close.length]];
    if (after === undefined && !isWhole) continue;
    const isQuoted = /["'`“‘«(]/.test(before) || /["'`”’»).,;:!?]/.test(after ?? "");
    const isInLine = /[^\S\n]/.test(before) && /[^\S\n]/.test(after ?? "");
    if (!isQuoted && !isInLine) return at + close.length;
  }
  return undefined;
}

/** A whole answer without the reasoning at its beginning, with or without an opening mark. */
export function withoutThinking(text: string, wasCut = false): string {
  const splitter = new ThinkingSplitter(true);
  return splitter.push(text) + splitter.end(wasCut);
}
