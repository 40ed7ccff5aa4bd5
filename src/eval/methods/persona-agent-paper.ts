import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** The agent as published: the persona is one text that alignment rewrites, unvalidated, and memory is reached by a tool. */
export const personaAgentPaper = personaMethod({
  name: "persona-agent-paper",
  summary: "The persona agent as published: three interactions, one rewrite, no validation.",
  mode: "paper",
  profile: true,
  recall: false,
  tools: bothTools,
  alignment: {},
});
