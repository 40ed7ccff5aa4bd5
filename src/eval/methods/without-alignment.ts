import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** The paper's ablation: the persona stays what it is at first, the fixed rules and the user's profile. */
export const withoutAlignment = personaMethod({
  name: "without-alignment",
  summary: "The persona agent with its first persona, never aligned.",
  mode: "default",
  profile: true,
  recall: true,
  tools: bothTools,
  alignment: null,
});
