import type { Method } from "./arm.js";
import { prompt } from "./methods/prompt.js";
import { rag } from "./methods/rag.js";

/** Every method, in the order of the report: the paper's main table, then the ablations. */
export const allMethods: readonly Method[] = [prompt, rag];
