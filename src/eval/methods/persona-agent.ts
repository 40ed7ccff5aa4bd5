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
