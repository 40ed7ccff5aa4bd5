import type { PersonaParts } from "../cases/align-case.js";
import { bothTools } from "../cases/case-tools.js";
import type { Method } from "../method.js";
import { baselines } from "./baselines.js";
import { membank } from "./memory-bank.js";
import { personaMethod } from "./persona-method.js";

/** The persona agent by default: persona with profile, aligned and validated; memory in the prompt; tools. */
const whole: PersonaParts = {
  mode: "default",
  profile: true,
  recall: true,
  tools: bothTools,
  alignment: {},
};

/** The methods of the main table: the paper's baselines, then the persona agent. */
export const mainMethods: readonly Method[] = [
  ...baselines,
  membank,
  personaMethod(
    "persona-agent",
    "The persona agent: profile, aligned persona, past interactions and tools.",
    whole,
  ),
  /** As published: the persona is one text that alignment rewrites, unvalidated, and only a tool reaches memory. */
  personaMethod(
    "persona-agent-paper",
    "The persona agent as published: three interactions, one rewrite, no validation.",
    { ...whole, mode: "paper", recall: false },
  ),
];

/** The persona agent without one of its parts: the paper's ablations, then switches of our own. */
const ablations: readonly Method[] = [
  /** The paper's ablation: the persona stays the first one, the fixed rules and the user's profile. */
  personaMethod("without-alignment", "The persona agent with its first persona, never aligned.", {
    ...whole,
    alignment: null,
  }),
  /** The paper's ablation: no profile and nothing learned, as only the persona gives them to the model. Memory and tools stay. */
  personaMethod("without-persona", "The persona agent without profile and learned lines.", {
    ...whole,
    profile: false,
    alignment: null,
  }),
  /**
   * The paper's ablation: no profile, no past interactions, and no tool that finds any. The persona is still aligned, in
   * simulations that know as little: what was learned from the history is then all that is left of it.
   */
  personaMethod(
    "without-memory",
    "The persona agent without profile, past interactions and the tool that finds them.",
    { ...whole, profile: false, recall: false, tools: ["search_wikipedia"] },
  ),
  /**
   * The paper's ablation: no tools, and with them no past interactions, as to retrieve them is one of the paper's two
   * actions. Profile and aligned persona stay. What Wikipedia alone gives, `without-wikipedia` shows.
   */
  personaMethod(
    "without-action",
    "The persona agent without tools and without retrieving past interactions.",
    { ...whole, recall: false, tools: [] },
  ),
  /** Ours: every update becomes the persona, as in the paper. */
  personaMethod("without-validation", "The persona agent that takes every update, unvalidated.", {
    ...whole,
    alignment: { validation: false },
  }),
  /** Ours: the simulations of an alignment may see the answer that they are scored on, an easy mistake to make. */
  personaMethod(
    "without-leave-one-out",
    "The persona agent whose simulations may recall the very item they answer.",
    { ...whole, alignment: { leaveOneOut: false } },
  ),
  /** Ours: reviewers of the paper asked whether its gain is Wikipedia's. */
  personaMethod("without-wikipedia", "The persona agent without the Wikipedia tool.", {
    ...whole,
    tools: ["recall_memory"],
  }),
];

export const allMethods: readonly Method[] = [...mainMethods, ...ablations];
