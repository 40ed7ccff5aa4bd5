import type { AgentGraph } from "./agent.js";
import type { AlignmentGraph } from "./alignment.js";
import type { FeedbackGraph } from "./feedback.js";
import type { ReflectionGraph } from "./reflection.js";

type AnyGraph = AgentGraph | AlignmentGraph | FeedbackGraph | ReflectionGraph;

/**
 * Replaces `stream` of a compiled graph. Every way into a graph (`invoke`, `streamEvents`, a server) goes through it, so
 * this is the one place that puts something around all runs.
 *
 * @returns The same graph.
 */
export function wrapRuns<Graph extends AnyGraph>(
  graph: Graph,
  wrap: (stream: AgentGraph["stream"]) => (...run: Parameters<AgentGraph["stream"]>) => unknown,
): Graph {
  // Graphs differ in their input and settings only, which pass through.
  const wrapped = graph as unknown as AgentGraph;
  wrapped.stream = wrap(wrapped.stream.bind(wrapped)) as AgentGraph["stream"];
  return graph;
}
