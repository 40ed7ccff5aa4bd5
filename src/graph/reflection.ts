import { END, START, StateGraph } from "@langchain/langgraph";
import { contextFormSchema } from "../config/studio-form.js";
import {
  createScheduleAlignment,
  type ScheduleAlignmentDeps,
} from "../nodes/agent/schedule-alignment.js";
import { createReflect, type ReflectDeps } from "../nodes/reflection/reflect.js";
import {
  createStoreReflection,
  type StoreReflectionDeps,
} from "../nodes/reflection/store-reflection.js";
import {
  createRollBackRegression,
  type RollBackRegressionDeps,
} from "../nodes/roll-back-regression.js";
import { reflectionInput, reflectionState } from "../state/reflection-state.js";

export type ReflectionDeps = ReflectDeps &
  StoreReflectionDeps &
  RollBackRegressionDeps &
  ScheduleAlignmentDeps;

export type ReflectionGraph = ReturnType<ReturnType<typeof buildReflection>["compile"]>;

/** Learns from a user's latest turns, without anybody's feedback: their profile, and how they reacted to responses. */
export function buildReflection(deps: ReflectionDeps) {
  return new StateGraph(reflectionState, { context: contextFormSchema, input: reflectionInput })
    .addNode("reflect", createReflect(deps), { ends: ["store-reflection", END] })
    .addNode("store-reflection", createStoreReflection(deps))
    .addNode("roll-back-regression", createRollBackRegression(deps))
    .addNode("schedule-alignment", createScheduleAlignment(deps))
    .addEdge(START, "reflect")
    .addEdge("store-reflection", "roll-back-regression")
    .addEdge("roll-back-regression", "schedule-alignment")
    .addEdge("schedule-alignment", END);
}
