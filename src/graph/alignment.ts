import { END, START, StateGraph } from "@langchain/langgraph";
import { alignFormSchema } from "../config/studio-form.js";
import { type BeginRunDeps, createBeginRun } from "../nodes/alignment/begin-run.js";
import {
  type CommitCheckpointDeps,
  createCommitCheckpoint,
} from "../nodes/alignment/commit-checkpoint.js";
import {
  createAcceptCandidate,
  type AcceptCandidateDeps,
} from "../nodes/alignment/accept-candidate.js";
import {
  createDrawSimulationProfiles,
  type DrawSimulationProfilesDeps,
} from "../nodes/alignment/draw-simulation-profiles.js";
import { createJudge, type JudgeDeps } from "../nodes/alignment/judge.js";
import {
  createRefreshProfile,
  type RefreshProfileDeps,
} from "../nodes/alignment/refresh-profile.js";
import {
  createReviewCandidate,
  type ReviewCandidateDeps,
} from "../nodes/alignment/review-candidate.js";
import { createSelectBatch } from "../nodes/alignment/select-batch.js";
import { createSelectItems, type SelectItemsDeps } from "../nodes/alignment/select-items.js";
import { createSimulate, type SimulateDeps } from "../nodes/alignment/simulate.js";
import {
  createTextualGradient,
  type TextualGradientDeps,
} from "../nodes/alignment/textual-gradient.js";
import { createTextualLoss, type TextualLossDeps } from "../nodes/alignment/textual-loss.js";
import { alignmentInput, alignmentState } from "../state/alignment-state.js";
import type { buildSimulatedAgent } from "./agent.js";
import { serializeTasks } from "./serialize-tasks.js";

export type AlignmentDeps = BeginRunDeps &
  RefreshProfileDeps &
  DrawSimulationProfilesDeps &
  SelectItemsDeps &
  SimulateDeps &
  TextualLossDeps &
  TextualGradientDeps &
  JudgeDeps &
  AcceptCandidateDeps &
  ReviewCandidateDeps &
  CommitCheckpointDeps & {
    /** Run by every simulation; here for the drawing. */
    readonly agent: ReturnType<ReturnType<typeof buildSimulatedAgent>["compile"]>;
  };

export type AlignmentGraph = ReturnType<ReturnType<typeof buildAlignment>["compile"]>;

/**
 * Test-time alignment (the paper's Algorithm 1): replays the user's latest interactions under the present persona, puts
 * the gap to the true answers into words, rewrites the persona, and keeps the best new one if it does better.
 */
export function buildAlignment({ agent, ...deps }: AlignmentDeps) {
  // LangGraph's type for subgraphs does not take what its own `compile` gives.
  const subgraphs = [agent as never];
  return new StateGraph(alignmentState, { context: alignFormSchema, input: alignmentInput })
    .addNode("begin-run", createBeginRun(deps), {
      ends: ["refresh-profile", "draw-simulation-profiles", END],
    })
    .addNode("refresh-profile", serializeTasks(createRefreshProfile(deps)))
    .addNode("draw-simulation-profiles", serializeTasks(createDrawSimulationProfiles(deps)))
    .addNode("select-items", createSelectItems(deps), {
      ends: ["simulate", "accept-candidate", END],
    })
    .addNode("simulate", serializeTasks(createSimulate(deps)), { subgraphs })
    .addNode("select-batch", createSelectBatch(deps), {
      ends: ["simulate", "textual-loss", "textual-gradient", "commit-checkpoint"],
    })
    .addNode("textual-loss", serializeTasks(createTextualLoss(deps)))
    .addNode("textual-gradient", createTextualGradient(deps), {
      ends: ["simulate", "textual-loss", "validate", "accept-candidate"],
    })
    .addNode("validate", serializeTasks(createSimulate(deps)), { subgraphs })
    .addNode("judge", serializeTasks(createJudge(deps)))
    .addNode("accept-candidate", createAcceptCandidate(deps), {
      ends: ["judge", "validate", "review-candidate", "commit-checkpoint"],
    })
    .addNode("review-candidate", createReviewCandidate(deps))
    .addNode("commit-checkpoint", createCommitCheckpoint(deps), {
      ends: ["textual-loss", "textual-gradient", END],
    })
    .addEdge(START, "begin-run")
    .addEdge("refresh-profile", "select-items")
    .addEdge("draw-simulation-profiles", "select-items")
    .addEdge("simulate", "select-batch")
    .addEdge("textual-loss", "textual-gradient")
    .addEdge("validate", "accept-candidate")
    .addEdge("judge", "accept-candidate")
    .addEdge("review-candidate", "commit-checkpoint");
}
