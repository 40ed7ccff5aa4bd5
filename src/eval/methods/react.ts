import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { openCaseMemory } from "../cases/case-memory.js";
import { bothTools, caseTools } from "../cases/case-tools.js";
import { recallSettings } from "../cases/recall-settings.js";
import { toolCalls, unprepared } from "./unprepared.js";

/** A general agent: it knows nothing of the user but what it looks up with the persona agent's tools. */
export const react: Method = {
  name: "react",
  summary: "The question alone, with tools that search the user's memory and Wikipedia.",
  callsPerQuestion: toolCalls,
  ...unprepared,
  async open(given, settings, deps) {
    const { episodes, now } = await openCaseMemory(given, settings, deps);
    const tools = caseTools(bothTools, { episodes }, settings, deps);
    return openCaseAgent({ tools, settings: recallSettings(settings) }, now, deps);
  },
};
