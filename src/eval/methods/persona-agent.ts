import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** The persona agent as it is by default: persona with profile, aligned and validated; memory in the prompt; tools. */
export const personaAgent = personaMethod({
  name: "persona-agent",
  summary: "The persona agent: profile, aligned persona, past interactions and tools.",
  mode: "default",
  profile: true,
  recall: true,
  tools: bothTools,
  alignment: {},
});
