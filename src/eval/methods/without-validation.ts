import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** Ours: whatever an update writes becomes the persona, as in the paper. */
export const withoutValidation = personaMethod({
  name: "without-validation",
  summary: "The persona agent that takes every update, unvalidated.",
  mode: "default",
  profile: true,
  recall: true,
  tools: bothTools,
  alignment: { validation: false },
});
