import { bothTools } from "../cases/case-tools.js";
import type { Method } from "../method.js";
import { personaMethod } from "./persona-method.js";

/** The persona agent without one of its parts: the paper's ablations, then switches of our own. */
export const ablations: readonly Method[] = [
  /** The paper's ablation: the persona stays what it is at first, the fixed rules and the user's profile. */
  personaMethod({
    name: "without-alignment",
    summary: "The persona agent with its first persona, never aligned.",
    mode: "default",
    profile: true,
    recall: true,
    tools: bothTools,
    alignment: null,
  }),
  /** The paper's ablation: no profile and nothing learned, as the persona is their only way to the model. Memory and tools stay. */
  personaMethod({
    name: "without-persona",
    summary: "The persona agent without profile and learned lines.",
    mode: "default",
    profile: false,
    recall: true,
    tools: bothTools,
    alignment: null,
  }),
  /**
   * The paper's ablation: no profile, no past interactions, and no tool that finds any. The persona is still aligned, in
   * simulations that know as little: what was learned from the history is then all that stands for it.
   */
  personaMethod({
    name: "without-memory",
    summary: "The persona agent without profile, past interactions and the tool that finds them.",
    mode: "default",
    profile: false,
    recall: false,
    tools: ["search_wikipedia"],
    alignment: {},
  }),
  /**
   * The paper's ablation: no tools, and with them no past interactions, as to retrieve them is one of the paper's two
   * actions. Profile and aligned persona stay. What Wikipedia alone gives, `without-wikipedia` tells.
   */
  personaMethod({
    name: "without-action",
    summary: "The persona agent without tools and without retrieving past interactions.",
    mode: "default",
    profile: true,
    recall: false,
    tools: [],
    alignment: {},
  }),
  /** Ours: whatever an update writes becomes the persona, as in the paper. */
  personaMethod({
    name: "without-validation",
    summary: "The persona agent that takes every update, unvalidated.",
    mode: "default",
    profile: true,
    recall: true,
    tools: bothTools,
    alignment: { validation: false },
  }),
  /** Ours: the simulations of an alignment may see the answer that they are scored on, as where nobody thinks of it. */
  personaMethod({
    name: "without-leave-one-out",
    summary: "The persona agent whose simulations may recall the very item they answer.",
    mode: "default",
    profile: true,
    recall: true,
    tools: bothTools,
    alignment: { leaveOneOut: false },
  }),
  /** Ours: reviewers of the paper asked whether its gain is Wikipedia's. */
  personaMethod({
    name: "without-wikipedia",
    summary: "The persona agent without the Wikipedia tool.",
    mode: "default",
    profile: true,
    recall: true,
    tools: ["recall_memory"],
    alignment: {},
  }),
];
