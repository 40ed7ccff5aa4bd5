import { bothTools } from "../cases/case-tools.js";
import { personaMethod } from "./persona-method.js";

/** Ours: the simulations of an alignment may see the answer that they are scored on, as where nobody thinks of it. */
export const withoutLeaveOneOut = personaMethod({
  name: "without-leave-one-out",
  summary: "The persona agent whose simulations may recall the very item they answer.",
  mode: "default",
  profile: true,
  recall: true,
  tools: bothTools,
  alignment: { leaveOneOut: false },
});
