import { personaMethod } from "./persona-method.js";

/**
 * The paper's ablation: no profile, no past interactions, and no tool that finds any. The persona is still aligned, in
 * simulations that know as little: what was learned from the history is then all that stands for it.
 */
export const withoutMemory = personaMethod({
  name: "without-memory",
  summary: "The persona agent without profile, past interactions and the tool that finds them.",
  mode: "default",
  profile: false,
  recall: false,
  tools: ["search_wikipedia"],
  alignment: {},
});
