import { Annotation, END, getConfig, START, StateGraph } from "@langchain/langgraph";
import { schemaMetaRegistry } from "@langchain/langgraph/zod";
import { contextFormSchema } from "../config/studio-form.js";
import { isStoreUnavailable } from "../system/errors.js";
import { createExecuteTools, type ExecuteToolsDeps } from "../nodes/agent/execute-tools.js";
import { createLoadPersona, type LoadPersonaDeps } from "../nodes/agent/load-persona.js";
import { type AfterAnswer, createReason, type ReasonDeps } from "../nodes/agent/reason.js";
import { createRefuseTurn } from "../nodes/agent/refuse-turn.js";
import { createRetrieveMemory, type RetrieveMemoryDeps } from "../nodes/agent/retrieve-memory.js";
import { createLearningReads, type LearningReadsDeps } from "../nodes/agent/learning-reads.js";
import {
  createScheduleLearning,
  type ScheduleLearningDeps,
} from "../nodes/agent/schedule-alignment.js";
import {
  createWriteMemory,
  type WriteMemoryDeps,
  writeAttempts,
} from "../nodes/agent/write-memory.js";
import { agentInput, agentState } from "../state/agent-state.js";
import { ThreadMessages } from "../state/thread-messages.js";

export type AnsweringDeps = LoadPersonaDeps & RetrieveMemoryDeps & ReasonDeps & ExecuteToolsDeps;
export type AgentDeps = AnsweringDeps &
  Omit<WriteMemoryDeps & ScheduleLearningDeps, "learningReads"> &
  LearningReadsDeps;

export type AgentGraph = ReturnType<ReturnType<typeof buildAgent>["compile"]>;

/** Answers one message of one user under that user's persona, and stores the interaction. */
export function buildAgent(deps: AgentDeps) {
  const builder = buildAnswering(deps, "write-memory", agentState);
  const learningReads = createLearningReads(deps);
  // The schema has no place for a channel.
  builder.channels["messages"] = new ThreadMessages();
  withoutSchemaInRuns(builder);
  return builder
    .addNode("write-memory", createWriteMemory({ ...deps, learningReads }), {
      retryPolicy: { maxAttempts: writeAttempts, retryOn: isStoreUnavailable, logWarning: false },
    })
    .addNode("schedule-alignment", createScheduleLearning({ ...deps, learningReads }))
    .addEdge("write-memory", "schedule-alignment")
    .addEdge("schedule-alignment", END);
}

/**
 * LangGraph makes two new schemas of the whole state at each update of each node and parses the update by them, which was
 * half of a turn's computation. The compiler has checked our nodes' updates. Outside of runs the schema is there: for
 * Studio, and for an edit of the state.
 */
function withoutSchemaInRuns(builder: object): void {
  const schemaOutsideRuns = () => (getConfig() === undefined ? agentState : undefined);
  Object.defineProperty(builder, "_schemaRuntimeDefinition", { get: schemaOutsideRuns });
}

/**
 * The same agent without writes: it ends with the answer. An alignment uses it to answer hundreds of past questions, so
 * its state is not parsed by the schema; that cost an eighth of the computation.
 */
export function buildSimulatedAgent(deps: AnsweringDeps) {
  // The same channels as the schema's, which LangGraph's types distinguish and its nodes do not.
  const channels = Annotation.Root(schemaMetaRegistry.getChannelsForSchema(agentState));
  return buildAnswering(deps, END, channels as unknown as typeof agentState);
}

function buildAnswering(deps: AnsweringDeps, after: AfterAnswer, state: typeof agentState) {
  return new StateGraph(state, { context: contextFormSchema, input: agentInput })
    .addNode("load-persona", createLoadPersona(deps), { ends: ["retrieve-memory", "refuse-turn"] })
    .addNode("refuse-turn", createRefuseTurn())
    .addNode("retrieve-memory", createRetrieveMemory(deps))
    .addNode("reason", createReason(deps, after), { ends: ["execute-tools", after] })
    .addNode("execute-tools", createExecuteTools(deps))
    .addEdge(START, "load-persona")
    .addEdge("refuse-turn", END)
    .addEdge("retrieve-memory", "reason")
    .addEdge("execute-tools", "reason");
}
