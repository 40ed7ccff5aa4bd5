import { PersonaAgentError } from "../../system/errors.js";

/**
 * The error for an interaction that the user does not have. It says nothing of the user, and the same of one that is
 * somebody else's: the message may stand in a trace.
 */
export function unknownEpisode(id: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-episode-unknown",
    `The user has no interaction ${JSON.stringify(id.slice(0, 60))}; expected the id of one of theirs, as a list of them (\`list\`) gives it. Check it.`,
    { details: { id } },
  );
}
