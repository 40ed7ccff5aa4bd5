export interface Benchmark {
  /** What is measured, in one or two sentences. */
  readonly what: string;
  /** On two quiet cores. */
  readonly takes: string;
  /** Whether `npm run bench` without a name runs it. */
  readonly isUsual?: boolean;
}

/** What is measured of speed, by the name of its program in this folder. */
export const benchmarks = {
  turns: {
    what: "A turn of a new user on a new thread, beside what people would use instead.",
    takes: "2 minutes",
    isUsual: true,
  },
  search: {
    what: "A search among one's own entries, and of a small user beside a large one.",
    takes: "1 minute",
    isUsual: true,
  },
  "own-history": {
    what: "A turn of users with a long history of their own, beside a new user's.",
    takes: "3 minutes",
    isUsual: true,
  },
  "long-thread": {
    what: "A turn as its thread grows: time, statements, requests and bytes on disk.",
    takes: "3 minutes",
    isUsual: true,
  },
  memory: {
    what: "Resident memory after 400 turns, each contestant in a process of its own.",
    takes: "2 minutes",
    isUsual: true,
  },
  "first-answer": {
    what: "From the start of a new process to its first answer.",
    takes: "2 minutes",
    isUsual: true,
  },
  growth: {
    what: "What everybody's data cost one user: bytes, search, write and opening the folder.",
    takes: "an hour for a million interactions",
  },
  "streaming-users": {
    what: "Users who stream on LangGraph's dev server, beside an echo graph on it.",
    takes: "3 minutes",
  },
  "critical-path": {
    what: "An alignment beside the model calls that must follow each other in it.",
    takes: "6 minutes",
  },
  "eval-throughput": {
    what: "An evaluation beside the least time that its model calls leave it.",
    takes: "2 minutes",
  },
  footprint: {
    what: "What a user's data take in PostgreSQL, and what turns and alignments cost in calls and tokens.",
    takes: "some minutes; needs a set in LaMP's form",
  },
  "console-views": {
    what: "How long the console's views take until they can be used; needs Chromium.",
    takes: "3 minutes",
  },
  "console-first-word": {
    what: "From an answer's first word to its place on the screen; needs Chromium.",
    takes: "1 minute",
  },
  "chroma-collections": {
    what: "Over how many Chroma collections users should be spread.",
    takes: "an hour for all sizes",
  },
} as const satisfies Readonly<Record<string, Benchmark>>;
