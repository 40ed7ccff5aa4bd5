import { api, type Result } from "../../api/client.js";
import { asEvents, follow, type Progress } from "../../api/follow.js";
import type { operations } from "../../api/generated/routes.js";
import { keep, type Kept, perUser } from "../../api/kept.js";

/** One past question, asked again under the persona as it is and under a changed one. */
export interface RunItem {
  readonly episodeId: string;
  /** Scores from 0 to 1; `null` until it was asked. The latest one where there are several. */
  readonly now: number | null;
  readonly changed: number | null;
  readonly isCriticised: boolean;
  readonly preferred: "parent" | "candidate" | "neither" | null;
}

/** One update of a run. */
export interface RunUpdate {
  readonly iteration: number;
  readonly decision: "keep" | "change" | "refused";
  readonly candidates: number;
  /** `null` until it was judged. */
  readonly isTaken: boolean | null;
  readonly reason: string | null;
}

export interface LearningRun {
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly startedAt: number;
  /** What the run learns from and validates on; `null` until it says so, and for one that was continued. */
  readonly sizes: { readonly batch: number; readonly holdout: number } | null;
  readonly items: ReadonlyMap<string, RunItem>;
  readonly updates: readonly RunUpdate[];
  readonly trial: { readonly version: number; readonly outcome: string } | null;
  readonly result: Result<"align"> | null;
  readonly problem: string | null;
}

type AlignBody = NonNullable<operations["align"]["requestBody"]>["content"]["application/json"];
export type LearningSettings = NonNullable<AlignBody["settings"]>;

/** The alignment that this page began for a user. */
export interface Learning {
  /** `null` before the first. */
  readonly run: Kept<LearningRun | null>;
  start(settings: LearningSettings): void;
  stop(): void;
}

/** It goes on while other views are looked at, and ends with the page. */
export const learningOf = perUser((user): Learning => {
  const run = keep<LearningRun | null>(null);
  let running: AbortController | null = null;
  const change = (update: (run: LearningRun) => Partial<LearningRun>, isSoon = false) => {
    if (run.state !== null) run.set({ ...run.state, ...update(run.state) }, isSoon);
  };
  const follows = async (settings: LearningSettings, signal: AbortSignal) => {
    try {
      const answer = api.POST("/users/{user}/align", {
        ...asEvents,
        params: { path: { user } },
        body: { settings },
        signal,
      });
      const result = await follow<"align">(answer, (event) =>
        change((state) => after(state, event), true),
      );
      change(() => ({ state: "done", result }));
    } catch (error) {
      change(() =>
        signal.aborted
          ? { state: "stopped" }
          : { state: "failed", problem: error instanceof Error ? error.message : String(error) },
      );
    } finally {
      running = null;
    }
  };
  return {
    run,
    start(settings) {
      if (running !== null) return;
      running = new AbortController();
      run.set({ ...notYet, startedAt: Date.now() });
      void follows(settings, running.signal);
    },
    stop: () => running?.abort(),
  };
});

const notYet: LearningRun = {
  state: "running",
  startedAt: 0,
  sizes: null,
  items: new Map(),
  updates: [],
  trial: null,
  result: null,
  problem: null,
};

/** A run once an event has come. */
function after(run: LearningRun, event: Progress<"align">): Partial<LearningRun> {
  const item = (episodeId: string, more: Partial<RunItem>) => ({
    items: new Map(run.items).set(episodeId, {
      episodeId,
      now: null,
      changed: null,
      isCriticised: false,
      preferred: null,
      ...run.items.get(episodeId),
      ...more,
    }),
  });
  switch (event.kind) {
    case "alignment-started":
      return { sizes: { batch: event.batch, holdout: event.holdout } };
    case "item-simulated":
      if (event.persona === "predecessor") return {};
      return item(event.episodeId, {
        [event.persona === "parent" ? "now" : "changed"]: event.score,
      });
    case "item-criticised":
      return item(event.episodeId, { isCriticised: true });
    case "item-judged":
      return item(event.episodeId, { preferred: event.preferred });
    case "version-tried":
      return { trial: { version: event.version, outcome: event.outcome } };
    case "update-proposed": {
      const { iteration, decision, candidates } = event;
      return {
        items: everyItem(run, () => ({ changed: null, preferred: null })),
        updates: [...run.updates, { iteration, decision, candidates, isTaken: null, reason: null }],
      };
    }
    case "candidate-judged":
      return {
        // The next update begins where this one ended.
        ...(event.accepted && {
          items: everyItem(run, ({ now, changed }) => ({ now: changed ?? now })),
        }),
        updates: run.updates.map((update) =>
          update.iteration === event.iteration
            ? { ...update, isTaken: event.accepted, reason: event.reason }
            : update,
        ),
      };
    case "checkpoint-written":
      return {};
  }
}

function everyItem({ items }: LearningRun, update: (item: RunItem) => Partial<RunItem>) {
  return new Map([...items].map(([id, item]) => [id, { ...item, ...update(item) }]));
}

/** The mean of the scores that came so far, 0 to 1; `null` for none. */
export function meanOf(
  { items }: Pick<LearningRun, "items">,
  which: "now" | "changed",
): { readonly count: number; readonly mean: number | null } {
  const scores = [...items.values()].flatMap((item) => item[which] ?? []);
  const sum = scores.reduce((total, score) => total + score, 0);
  return { count: scores.length, mean: scores.length === 0 ? null : sum / scores.length };
}
