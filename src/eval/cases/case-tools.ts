import type { StructuredToolInterface } from "@langchain/core/tools";
import type { SimulationMemory } from "../../memory/episodes/leave-one-out-memory.js";
import { createRecallMemory } from "../../tools/recall-memory.js";
import { createSearchWikipedia } from "../../tools/search-wikipedia.js";
import type { ArmSettings, MethodDeps } from "../method.js";
import { recalledCount } from "./recall-settings.js";

export type CaseTool = "recall_memory" | "search_wikipedia";

/** The paper's two tools. */
export const bothTools: readonly CaseTool[] = ["recall_memory", "search_wikipedia"];

/** The agent's own tools of these names over a case's memory; a search of memory finds K interactions. */
export function caseTools(
  names: readonly CaseTool[],
  memory: { readonly episodes: Pick<SimulationMemory["episodes"], "similar"> },
  settings: ArmSettings,
  { wikipedia }: Pick<MethodDeps, "wikipedia">,
): StructuredToolInterface[] {
  const tools: StructuredToolInterface[] = [];
  if (names.includes("recall_memory"))
    tools.push(createRecallMemory({ ...memory, defaultLimit: recalledCount(settings) }));
  if (names.includes("search_wikipedia") && wikipedia !== null)
    tools.push(createSearchWikipedia(wikipedia));
  return tools;
}
