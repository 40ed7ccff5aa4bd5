import { END, START, StateGraph } from "@langchain/langgraph";
import type { z } from "zod";
import { runConfigSchema } from "../config.js";
import { PersonaAgentError } from "../errors.js";
import { createExecuteTools, type ExecuteToolsDeps } from "../nodes/execute-tools.js";
import { createLoadPersona, type LoadPersonaDeps } from "../nodes/load-persona.js";
import { createReason, type ReasonDeps } from "../nodes/reason.js";
import { createRefuseTurn } from "../nodes/refuse-turn.js";
import { createRetrieveMemory, type RetrieveMemoryDeps } from "../nodes/retrieve-memory.js";
import {
  createScheduleAlignment,
  type ScheduleAlignmentDeps,
} from "../nodes/schedule-alignment.js";
import { createWriteMemory, type WriteMemoryDeps } from "../nodes/write-memory.js";
import { agentInput, agentState } from "../state/agent.js";

export type AgentDeps = LoadPersonaDeps &
  RetrieveMemoryDeps &
  ReasonDeps &
  ExecuteToolsDeps &
  WriteMemoryDeps &
  ScheduleAlignmentDeps;

export type AgentGraph = ReturnType<ReturnType<typeof buildAgent>["compile"]>;

/**
 * For the compiler, a context of any fields: LangGraph types every field of a zod context as required, optional
 * or not. `RunContext` is what callers write, and `parseRunConfig` checks it.
 */
const contextSchema: z.ZodObject = runConfigSchema;

/** The hot path: answers one message of one user under that user's persona, and remembers it. */
export function buildAgent(deps: AgentDeps) {
  return new StateGraph(agentState, { context: contextSchema, input: agentInput })
    .addNode("load-persona", createLoadPersona(deps), { ends: ["retrieve-memory", "refuse-turn"] })
    .addNode("refuse-turn", createRefuseTurn())
    .addNode("retrieve-memory", createRetrieveMemory(deps))
    .addNode("reason", createReason(deps), {
      ends: ["execute-tools", "write-memory"],
      retryPolicy: { maxAttempts: 2, retryOn: saidNothing },
    })
    .addNode("execute-tools", createExecuteTools(deps))
    .addNode("write-memory", createWriteMemory(deps))
    .addNode("schedule-alignment", createScheduleAlignment(deps))
    .addEdge(START, "load-persona")
    .addEdge("refuse-turn", END)
    .addEdge("retrieve-memory", "reason")
    .addEdge("execute-tools", "reason")
    .addEdge("write-memory", "schedule-alignment")
    .addEdge("schedule-alignment", END);
}

/** Sampling models say nothing now and then; the transport's faults were retried by the client already. */
function saidNothing(error: unknown): boolean {
  return PersonaAgentError.is(error, "model-output-invalid");
}
