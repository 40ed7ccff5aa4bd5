import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { openCaseMemory } from "../cases/case-memory.js";
import { recallSettings } from "../cases/recall-settings.js";
import { oneCall, unprepared } from "./unprepared.js";

/** The interactions most like the question in the prompt, found by the same hybrid search as the persona agent's. */
export const rag: Method = {
  name: "rag",
  summary: "The question with the user's most similar interactions.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open(given, settings, deps) {
    const { episodes, now } = await openCaseMemory(given, settings, deps);
    const view = { recall: episodes, settings: recallSettings(settings) };
    return openCaseAgent(view, now, deps);
  },
};
