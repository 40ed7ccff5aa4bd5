import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { presentAfter } from "../cases/case-memory.js";
import { oneCall, unprepared } from "./unprepared.js";

/** The paper's plain prompt: the model answers knowing nothing of the user. */
export const prompt: Method = {
  name: "prompt",
  summary: "The question alone.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open({ history }, _settings, deps) {
    return openCaseAgent({}, presentAfter(history), deps);
  },
};
