import type { RunnableConfig } from "@langchain/core/runnables";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";

/**
 * What a model call needs of the run, and what makes it readable in a trace. The rest of what a node is given would be
 * taken for options of the model and traced whole: the context with the user's id, the store with its password.
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
