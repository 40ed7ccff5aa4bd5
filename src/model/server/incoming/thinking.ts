/** Between which marks models write their reasoning, where a server leaves it in the answer; in any case. */
const thoughtMarks = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<thoughts>", "</thoughts>"],
  ["<antthinking>", "</antthinking>"],
  ["<scratchpad>", "</scratchpad>"],
  ["<seed:think>", "</seed:think>"],
  ["<mm:think>", "</mm:think>"],
  ["<|inner_prefix|>", "<|inner_suffix|>"],
  ["<longcat_think>", "</longcat_think>"],
  ["[think]", "[/think]"],
  ["◁think▷", "◁/think▷"],
  ["<|channel|>analysis<|message|>", "<|end|>"],
  ["<|channel|>commentary<|message|>", "<|end|>"],
  ["<|start|>assistant<|channel|>analysis<|message|>", "<|end|>"],
  ["<|start|>assistant<|channel|>commentary<|message|>", "<|end|>"],
  ["<|channel>thought", "<channel|>"],
  ["<|start_thinking|>", "<|end_thinking|>"],
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
  ["<unused94>thought", "<unused95>"],
] as const;

/** Between which marks some of them then write the answer. */
const answerMarks = [
  ["<|channel|>final<|message|>", "<|return|>"],
  ["<|start|>assistant<|channel|>final<|message|>", "<|return|>"],
  ["<|channel|>final <|constrain|>json<|message|>", "<|return|>"],
  ["<|start|>assistant<|channel|>final <|constrain|>json<|message|>", "<|return|>"],
  ["<|start_response|>", "<|end_response|>"],
  ["<|begin_of_solution|>", "<|end_of_solution|>"],
] as const;

/** These may be the answer's own, unless reasoning came before. */
const answerMarksAfterThoughts = [
  ...answerMarks,
  ["<answer>", "</answer>"],
  ["<response>", "</response>"],
  ["<output>", "</output>"],
] as const;

/** How those begin who think aloud; an answer may begin so, too. */
const thinkingAloud =
  "okay|ok,|ok |alright|hmm|the user|user |we need|we are |we have|let me|let's|i need|i should|i have to|first,|so the user|so, the user|so we |wait|thinking|嗯|好的|好，|用户|我们|我需要".split(
    "|",
  );

type State = "start" | "inside" | "unopened" | "wrapped" | "answer";

/** Whether an answer is held back for a closing mark; `aloud`: if it begins as one who thinks aloud. */
export type Waits = "always" | "aloud" | "never";

/**
 * Takes the reasoning off the beginning of an answer that comes in pieces, and the marks around the answer itself. Marks
 * that stand later are the answer's own: somebody may have asked about them.
 */
export class ThinkingSplitter {
  #state: State = "start";
  #held = "";
  #open = "";
  #close = "";
  #hadThoughts = false;
  #lacksOpeningMark = false;
  #waits: Waits;

  /**
   * @param waits - Hold the answer back until a closing mark: chat templates of some models write the opening one, so
   *   that the server never sends it. Without a closing mark, `end` returns it all.
   */
  constructor(waits: Waits = "never") {
    this.#waits = waits;
  }

  /** True once reasoning without an opening mark was taken off. */
  get lacksOpeningMark(): boolean {
    return this.#lacksOpeningMark;
  }

  /** The server gave the reasoning elsewhere, so that none is left to wait for. */
  stopWaiting() {
    this.#waits = "never";
  }

  /** The answer's part of what is known so far. */
  push(piece: string): string {
    if (this.#state === "answer") return piece;
    this.#held += piece;
    if (this.#state === "start") this.#state = this.#stateAtStart();
    switch (this.#state) {
      case "start":
        return "";
      case "inside":
        return this.#seekClose();
      case "unopened":
        return this.#seekUnopenedClose(false);
      case "wrapped":
        return this.#unwrap();
      case "answer":
        return this.#release();
    }
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
    const around = this.#hadThoughts ? answerMarksAfterThoughts : answerMarks;
    for (const [marks, state] of [
      [thoughtMarks, "inside"],
      [around, "wrapped"],
    ] as const) {
      const mark = marks.find(([open]) => open === text.slice(0, open.length).toLowerCase());
      if (mark === undefined) continue;
      this.#open = text.slice(0, mark[0].length);
      this.#close = mark[1];
      this.#held = text.slice(this.#open.length);
      return state;
    }
    const start = text.toLowerCase();
    if ([...thoughtMarks, ...around].some(([open]) => open.startsWith(start))) return "start";
    if (this.#hadThoughts || this.#waits === "never") return "answer";
    if (this.#waits === "always" || thinkingAloud.some((words) => start.startsWith(words)))
      return "unopened";
    return thinkingAloud.some((words) => words.startsWith(start)) ? "start" : "answer";
  }

  #seekClose(): string {
    const at = indexOf(this.#held, this.#close);
    return at < 0 ? "" : this.#closeAt(at + this.#close.length);
  }

  #seekUnopenedClose(isWhole: boolean): string {
    const end = unopenedEnd(this.#held, isWhole);
    if (end === undefined) return "";
    this.#lacksOpeningMark = true;
    return this.#closeAt(end);
  }

  #closeAt(end: number): string {
    const rest = this.#held.slice(end);
    this.#held = "";
    this.#hadThoughts = true;
    this.#state = "start";
    return this.push(rest);
  }

  /** All but what may be the mark at the answer's end, and the space before it. */
  #unwrap(): string {
    if (this.#open !== "") {
      this.#held = this.#held.trimStart();
      if (this.#held === "") return "";
      this.#open = "";
    }
    const at = indexOf(this.#held, this.#close);
    if (at >= 0) {
      this.#state = "answer";
      const text = this.#held;
      this.#held = "";
      return text.slice(0, at).trimEnd() + text.slice(at + this.#close.length).trimEnd();
    }
    const longest = Math.min(this.#close.length, this.#held.length);
    const partial = Array.from({ length: longest }, (_, n) => longest - n).find((length) =>
      this.#close.startsWith(this.#held.slice(-length).toLowerCase()),
    );
    const end = this.#held.length - (partial ?? 0);
    const text = this.#held.slice(0, end).trimEnd();
    this.#held = this.#held.slice(text.length);
    return text;
  }

  #release(): string {
    const text =
      this.#hadThoughts && this.#state !== "wrapped" ? this.#held.trimStart() : this.#held;
    this.#held = "";
    return text;
  }
}

/**
 * Where reasoning without an opening mark ends; undefined if the text has none. The mark closes a line or is followed
 * by a word; one between quotes, or between spaces in a line, is spoken of.
 */
function unopenedEnd(text: string, isWhole: boolean): number | undefined {
  for (const [open, close] of thoughtMarks) {
    const at = indexOf(text, close);
    if (at < 0 || indexOf(text.slice(0, at), open) >= 0) continue;
    const [before, after] = [text[at - 1] ?? "", text[at + close.length]];
    if (after === undefined && !isWhole) continue;
    const isQuoted = /["'`“‘«(]/.test(before) || /["'`”’»).,;:!?]/.test(after ?? "");
    const isInLine = /[^\S\n]/.test(before) && /[^\S\n]/.test(after ?? "");
    if (!isQuoted && !isInLine) return at + close.length;
  }
  return undefined;
}

/** Where a mark is, in any case. Not by `toLowerCase` of the text, which changes the length of some. */
function indexOf(text: string, mark: string): number {
  return text.search(new RegExp(mark.replaceAll(/[|[\]]/g, "\\$&"), "i"));
}

/** A whole answer without the reasoning at its beginning, with or without an opening mark. */
export function withoutThinking(text: string, wasCut = false): string {
  const splitter = new ThinkingSplitter("always");
  return splitter.push(text) + splitter.end(wasCut);
}
