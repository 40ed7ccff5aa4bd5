import { personaMethod } from "./persona-method.js";

/**
 * The paper's ablation: no tools, and with them no past interactions, as to retrieve them is one of the paper's two
 * actions. Profile and aligned persona stay. What Wikipedia alone gives, `without-wikipedia` tells.
 */
export const withoutAction = personaMethod({
  name: "without-action",
  summary: "The persona agent without tools and without retrieving past interactions.",
  mode: "default",
  profile: true,
  recall: false,
  tools: [],
  alignment: {},
});
