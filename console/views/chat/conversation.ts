import { api, type Result } from "../../api/client.js";
import { asEvents, follow, type Progress } from "../../api/follow.js";
import { keep, type Kept, perUser } from "../../api/kept.js";

/** One message and what became of it. */
export interface Turn {
  readonly key: string;
  readonly question: string;
  readonly state: "answering" | "answered" | "stopped" | "failed";
  /** As far as it came. */
  readonly answer: string;
  /** The version that answers; `null` until it is loaded. */
  readonly version: number | null;
  /** How many interactions were recalled; `null` until they were. */
  readonly recalled: number | null;
  /** In the order in which they were called; `ok` is `null` while one runs. */
  readonly tools: readonly { readonly name: string; readonly ok: boolean | null }[];
  readonly result: Result<"ask"> | null;
  /** How many turns of this conversation were sent along. */
  readonly earlier: number;
  /** The last one that the user gave. */
  readonly verdict: Verdict | null;
  readonly problem: string | null;
}

export type Given =
  | { readonly kind: "accept" }
  | { readonly kind: "reject"; readonly reason?: string }
  | { readonly kind: "edit"; readonly text: string };

/** What the user said of an answer, and what it did. */
export interface Verdict {
  readonly given: Given;
  readonly noted: Result<"feedback">;
}

/** A conversation with one user, which this page keeps and the server does not. */
export interface Conversation {
  readonly turns: Kept<readonly Turn[]>;
  say(question: string): void;
  /** Asks the last message once more, after it failed or was stopped. */
  retry(): void;
  stop(): void;
  judge(key: string, verdict: Verdict): void;
  /** What was deleted is no longer shown, nor sent along. */
  leaveOut(episodeIds: readonly string[]): void;
  /** Begins a new one. */
  clear(): void;
}

/** Characters of earlier messages that are sent along; a prompt shows fewer. */
const mostEarlier = 200_000;

/** It goes on while other views are looked at, and ends with the page. */
export const conversationWith = perUser(createConversation);

function createConversation(user: string): Conversation {
  const turns = keep<readonly Turn[]>([]);
  let id = newId();
  let running: AbortController | null = null;
  const change = (key: string, update: (turn: Turn) => Partial<Turn>, isSoon = false) =>
    turns.set(
      turns.state.map((turn) => (turn.key === key ? { ...turn, ...update(turn) } : turn)),
      isSoon,
    );

  async function ask(key: string, message: string): Promise<void> {
    const controller = new AbortController();
    running = controller;
    const { signal } = controller;
    const earlier = earlierOf(turns.state);
    change(key, () => ({ earlier: earlier.length / 2 }));
    const body = { message, why: true, conversation: { id, earlier } };
    let isGrowing = false;
    try {
      const answer = api.POST("/users/{user}/ask", {
        ...asEvents,
        params: { path: { user } },
        body,
        signal,
      });
      const result = await follow<"ask">(answer, (event) => {
        // The first word waits for nothing.
        change(key, (turn) => after(turn, event), isGrowing && event.kind === "text");
        isGrowing = event.kind === "text";
      });
      change(key, () => ({ state: "answered", answer: result.answer, result }));
    } catch (error) {
      change(key, () =>
        signal.aborted
          ? { state: "stopped" }
          : { state: "failed", problem: error instanceof Error ? error.message : String(error) },
      );
    } finally {
      if (running === controller) running = null;
    }
  }

  const say = (question: string) => {
    if (running !== null) return;
    const turn = newTurn(question);
    turns.set([...turns.state, turn]);
    void ask(turn.key, question);
  };
  return {
    turns,
    say,
    retry() {
      const last = turns.state.at(-1);
      if (running !== null || last === undefined) return;
      turns.set(turns.state.slice(0, -1));
      say(last.question);
    },
    stop: () => running?.abort(),
    judge: (key, verdict) => change(key, () => ({ verdict })),
    leaveOut(episodeIds) {
      const isLeftOut = ({ result }: Turn) => episodeIds.includes(result?.episodeId ?? "");
      turns.set(turns.state.filter((turn) => !isLeftOut(turn)));
    },
    clear() {
      running?.abort();
      running = null;
      turns.set([]);
      id = newId();
    },
  };
}

function newTurn(question: string): Turn {
  return {
    key: newId(),
    question,
    state: "answering",
    answer: "",
    version: null,
    recalled: null,
    tools: [],
    result: null,
    earlier: 0,
    verdict: null,
    problem: null,
  };
}

/** A turn once an event has come. */
function after(turn: Turn, event: Progress<"ask">): Partial<Turn> {
  switch (event.kind) {
    case "persona-loaded":
      return { version: event.version };
    case "memory-recalled":
      return { recalled: event.count };
    case "tool-started":
      // What was said before a call is no part of the answer.
      return { answer: "", tools: [...turn.tools, { name: event.name, ok: null }] };
    case "tool-ended": {
      const ended = turn.tools.findIndex(({ name, ok }) => name === event.name && ok === null);
      return {
        tools: turn.tools.map((tool, n) => (n === ended ? { ...tool, ok: event.ok } : tool)),
      };
    }
    case "text":
      return { answer: turn.answer + event.text };
    case "episode-written":
      return {};
  }
}

/** What was said before, the latest that fit. */
function earlierOf(turns: readonly Turn[]) {
  const answered = turns.filter(({ state }) => state === "answered");
  let room = mostEarlier;
  const first = answered.findLastIndex(({ question, answer }) => {
    room -= question.length + answer.length;
    return room < 0;
  });
  return answered.slice(first + 1).flatMap(({ question, answer }) => [
    { role: "user" as const, content: question },
    { role: "assistant" as const, content: answer },
  ]);
}

/** Not `crypto.randomUUID`, which a browser has for pages on HTTPS or this machine only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
