import type { Method } from "../arm.js";
import { icl } from "./icl.js";
import { membank } from "./membank.js";
import { pag } from "./pag.js";
import { personaAgentPaper } from "./persona-agent-paper.js";
import { personaAgent } from "./persona-agent.js";
import { prompt } from "./prompt.js";
import { rag } from "./rag.js";
import { react } from "./react.js";
import { withoutAction } from "./without-action.js";
import { withoutAlignment } from "./without-alignment.js";
import { withoutLeaveOneOut } from "./without-leave-one-out.js";
import { withoutMemory } from "./without-memory.js";
import { withoutPersona } from "./without-persona.js";
import { withoutValidation } from "./without-validation.js";
import { withoutWikipedia } from "./without-wikipedia.js";

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
