import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../config/parse-settings.js";
import { userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import type { AgentGraph } from "./agent.js";
import type { FeedbackGraph } from "./feedback.js";
import type { ReflectionGraph } from "./reflection.js";
import { wrapRuns } from "./wrap-runs.js";

/**
 * Labels every run of the graph for traces, however it is started (library, LangGraph server, Studio): a name, a tag, and
 * as metadata `userId`, `mode` and `model`.
 *
 * `userId` is the user's key, never the id. It has that name because LangChain copies `configurable` into a trace's
 * metadata, the id included, except for names that the metadata already has.
 *
 * @param modelName - The model of runs that name none.
 * @returns The same graph.
 */
export function withTraceLabels<Graph extends AgentGraph | FeedbackGraph | ReflectionGraph>(
  graph: Graph,
  modelName: string,
  runName = "persona-agent turn",
): Graph {
  return wrapRuns(
    graph,
    (stream) => (input, options) =>
      stream(input, {
        ...options,
        runName: options?.runName ?? runName,
        tags: [...(options?.tags ?? []), "persona-agent"],
        metadata: { ...options?.metadata, ...labels(options ?? {}, modelName) },
      }),
  );
}

function labels(options: Pick<LangGraphRunnableConfig, "configurable" | "context">, model: string) {
  try {
    const { userId, mode, models } = parseRunConfig(options);
    return { userId: userKey(userId ?? ""), mode, model: models.agent ?? model };
  } catch (error) {
    if (!PersonaAgentError.is(error)) throw error;
    // The first node refuses the turn.
    return { userId: "none" };
  }
}
