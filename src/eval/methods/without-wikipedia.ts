import { personaMethod } from "./persona-method.js";

/** Ours: reviewers of the paper asked whether its gain is Wikipedia's. */
export const withoutWikipedia = personaMethod({
  name: "without-wikipedia",
  summary: "The persona agent without the Wikipedia tool.",
  mode: "default",
  profile: true,
  recall: true,
  tools: ["recall_memory"],
  alignment: {},
});
