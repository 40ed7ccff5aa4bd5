import type { RunnableConfig } from "@langchain/core/runnables";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";

/**
 * What a model call needs from the run, and the labels that make it readable in a trace. The rest of a node's config
 * would be traced as options of the model: the context with the user's id, the store with its password.
 */
export function callConfig(
  { callbacks, tags, configurable, metadata, signal }: LangGraphRunnableConfig,
  runName: string,
  labels: Readonly<Record<string, unknown>> = {},
): RunnableConfig {
  return {
    runName,
    metadata: { ...metadata, ...labels },
    ...(callbacks && { callbacks }),
    ...(tags && { tags }),
    ...(configurable && { configurable }),
    ...(signal && { signal }),
  };
}
