/** What one sentence says by itself, as anybody who knows its language reads it; nothing of other sentences. */
export interface Meaning {
  /** What it is about, such as `home`. */
  readonly about: string;
  /** What it says of that: words of the sentence. `null` in a question, and where the user asks to forget it. */
  readonly says: string | null;
  /** Whose it is; `user` unless it speaks of another person. */
  readonly whose: string;
  /** Whether it is said of one occasion only. */
  readonly isOnce: boolean;
  readonly isForget: boolean;
}

export interface Turn {
  /** The day, ISO 8601. */
  readonly on: string;
  readonly text: string;
  /** `null` where nothing is said of anything. */
  readonly meaning: Meaning | null;
  /** What an assistant answered; `Noted.` unless it matters. */
  readonly response?: Sentence;
  /** The user rejected the response, and said why. */
  readonly rejected?: Sentence;
}

export interface Sentence {
  readonly text: string;
  readonly meaning: Meaning;
}

/** A small invented history in which something changes, or only seems to. */
export interface ChangeHistory {
  readonly kind: string;
  /** BCP 47. */
  readonly language: string;
  /** Oldest first. Those of 2025 were there when the profile was drawn; those of 2026 are new to it. */
  readonly turns: readonly Turn[];
  readonly question: Sentence;
  /** A word of the right answer; `null` where nothing is to be said. */
  readonly expected: string | null;
  /** A word of the answer that is right no longer, or never was. */
  readonly outdated: string;
  /** What did not change and must not be lost. */
  readonly still: { readonly question: Sentence; readonly expected: string };
}

type Details = Partial<Pick<Meaning, "whose" | "isOnce" | "isForget">>;

/** @param gist - `about: says`, or `about` alone. */
export function sentence(text: string, gist: string, details: Details = {}): Sentence {
  const [about = "", says = null] = gist.split(": ");
  return {
    text,
    meaning: { about, says, whose: "user", isOnce: false, isForget: false, ...details },
  };
}

export function said(on: string, text: string, gist: string, details: Details = {}): Turn {
  return { on, ...sentence(text, gist, details) };
}

/** A question that an assistant answered. */
export function answered(on: string, question: Sentence, response: Sentence): Turn {
  return { on, ...question, response };
}

export function history(
  head: Pick<ChangeHistory, "kind" | "language" | "expected" | "outdated">,
  rest: Pick<ChangeHistory, "question" | "turns" | "still">,
): ChangeHistory {
  return { ...head, ...rest };
}
