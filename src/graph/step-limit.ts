import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../config/parse-settings.js";
import { PersonaAgentError } from "../system/errors.js";
import type { AgentGraph } from "./agent.js";
import { wrapRuns } from "./wrap-runs.js";

/** The steps of a turn besides the rounds of its tools, and one that LangGraph counts more. */
const otherSteps = 8;

/** LangGraph's limit on steps for a turn with so many rounds of tool calls; its own default ends the tenth. */
export function turnSteps({
  toolRounds = 0,
}: {
  readonly toolRounds?: number | undefined;
}): number {
  return otherSteps + 2 * toolRounds;
}

/**
 * Lets every run take the steps that its settings allow, also on a server, which sets LangGraph's default.
 *
 * @returns The same graph.
 */
export function withStepLimit(graph: AgentGraph): AgentGraph {
  return wrapRuns(
    graph,
    (stream) => (input, options) =>
      stream(input, {
        ...options,
        recursionLimit: Math.max(options?.recursionLimit ?? 0, turnSteps(roundsOf(options ?? {}))),
      }),
  );
}

function roundsOf(options: Pick<LangGraphRunnableConfig, "configurable" | "context">) {
  try {
    return parseRunConfig(options);
  } catch (error) {
    if (!PersonaAgentError.is(error)) throw error;
    // The first node refuses the turn.
    return {};
  }
}
