import { PersonaAgentError, type PersonaAgentErrorCode } from "../../errors.js";
import type { AgentState } from "../../state/agent-state.js";

/**
 * Ends a turn that was not admitted with its error. A node of its own, because a node that throws commits
 * nothing: by now the refused messages are out of the thread.
 */
export function createRefuseTurn() {
  return function refuseTurn({ refusal }: Pick<AgentState, "refusal">): never {
    throw new PersonaAgentError(
      (refusal?.code ?? "config-invalid") as PersonaAgentErrorCode,
      refusal?.message ?? "The turn was refused.",
    );
  };
}
