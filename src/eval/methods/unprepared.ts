import { parseRunConfig } from "../../config/parse-settings.js";
import { noUsage } from "../../domain/usage.js";
import type { Method } from "../method.js";

/** What a method has that does nothing before a case's questions. */
export const unprepared: Pick<Method, "preparationCalls" | "prepare"> = {
  preparationCalls: () => ({ least: 0, most: 0 }),
  prepare: async () => ({ state: null, usage: noUsage, persona: null }),
};

/** Of a method without tools. */
export const oneCall: Method["callsPerQuestion"] = { least: 1, most: 1 };

/** Of a method with tools: the rounds that the agent allows, and the answer. */
export const toolCalls: Method["callsPerQuestion"] = {
  least: 1,
  most: parseRunConfig({}).toolRounds + 1,
};
