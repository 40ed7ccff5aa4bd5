import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** The paper's ablation: no profile and nothing learned, as the persona is their only way to the model. Memory and tools stay. */
export const withoutPersona = personaMethod({
  name: "without-persona",
  summary: "The persona agent without profile and learned lines.",
  mode: "default",
  profile: false,
  recall: true,
  tools: bothTools,
  alignment: null,
});
