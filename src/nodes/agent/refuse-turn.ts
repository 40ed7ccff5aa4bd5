import { PersonaAgentError, type PersonaAgentErrorCode } from "../../system/errors.js";
import type { AgentState } from "../../state/agent-state.js";

/**
 * Throws the error of a turn that was not admitted. A node of its own, because a node that throws writes nothing: by
 * now the messages have left the thread.
 */
export function createRefuseTurn() {
  return function refuseTurn({ refusal }: Pick<AgentState, "refusal">): never {
    throw new PersonaAgentError(
      (refusal?.code ?? "config-invalid") as PersonaAgentErrorCode,
      refusal?.message ?? "The turn was refused.",
    );
  };
}
