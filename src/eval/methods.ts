import type { Method } from "./arm.js";
import { icl } from "./methods/icl.js";
import { membank } from "./methods/membank.js";
import { pag } from "./methods/pag.js";
import { personaAgentPaper } from "./methods/persona-agent-paper.js";
import { personaAgent } from "./methods/persona-agent.js";
import { prompt } from "./methods/prompt.js";
import { rag } from "./methods/rag.js";
import { react } from "./methods/react.js";
import { withoutAction } from "./methods/without-action.js";
import { withoutAlignment } from "./methods/without-alignment.js";
import { withoutLeaveOneOut } from "./methods/without-leave-one-out.js";
import { withoutMemory } from "./methods/without-memory.js";
import { withoutPersona } from "./methods/without-persona.js";
import { withoutValidation } from "./methods/without-validation.js";
import { withoutWikipedia } from "./methods/without-wikipedia.js";

/** The methods of the main table: the paper's baselines, then the persona agent. */
export const mainMethods: readonly Method[] = [
  prompt,
  icl,
  rag,
  pag,
  react,
  membank,
  personaAgent,
  personaAgentPaper,
];

/** The persona agent without one of its parts: the paper's ablations, then switches of our own. */
export const ablations: readonly Method[] = [
  withoutAlignment,
  withoutPersona,
  withoutMemory,
  withoutAction,
  withoutValidation,
  withoutLeaveOneOut,
  withoutWikipedia,
];

export const allMethods: readonly Method[] = [...mainMethods, ...ablations];
