import { END, START, StateGraph } from "@langchain/langgraph";
import { contextFormSchema } from "../config/studio-form.js";
import { createRecordFeedback, type RecordFeedbackDeps } from "../nodes/record-feedback.js";
import {
  createScheduleAlignment,
  type ScheduleAlignmentDeps,
} from "../nodes/agent/schedule-alignment.js";
import {
  createRollBackRegression,
  type RollBackRegressionDeps,
} from "../nodes/roll-back-regression.js";
import { feedbackInput, feedbackState } from "../state/feedback-state.js";

export type FeedbackDeps = RecordFeedbackDeps & RollBackRegressionDeps & ScheduleAlignmentDeps;

export type FeedbackGraph = ReturnType<ReturnType<typeof buildFeedback>["compile"]>;

/** Stores a user's feedback on one episode, rolls back a persona version that does worse, and learns from it. */
export function buildFeedback(deps: FeedbackDeps) {
  return new StateGraph(feedbackState, { context: contextFormSchema, input: feedbackInput })
    .addNode("record-feedback", createRecordFeedback(deps))
    .addNode("roll-back-regression", createRollBackRegression(deps))
    .addNode("schedule-alignment", createScheduleAlignment(deps))
    .addEdge(START, "record-feedback")
    .addEdge("record-feedback", "roll-back-regression")
    .addEdge("roll-back-regression", "schedule-alignment")
    .addEdge("schedule-alignment", END);
}
