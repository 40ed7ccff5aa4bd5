import type { Method } from "../method.js";
import { ablations } from "./ablations.js";
import { icl } from "./icl.js";
import { membank } from "./membank.js";
import { pag } from "./pag.js";
import { personaAgent, personaAgentPaper } from "./persona-agent.js";
import { prompt } from "./prompt.js";
import { rag } from "./rag.js";
import { react } from "./react.js";

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

export const allMethods: readonly Method[] = [...mainMethods, ...ablations];
