import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { importedEpisode, ownIdentity, turnEpisodeId } from "../../domain/episode.js";
import { maxReplaced, type Profile } from "../../domain/profile.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { PersonaAgentError } from "../../system/errors.js";
import { showProfile } from "./learned.js";

/** In UTF-16 units: what a statement has room for. */
const mostCharacters = 400;

/**
 * What the user says is an interaction of theirs, so that what learns later reads it too; it is the evidence of the new
 * statement. The old one is kept as what held before. Errors as `UserVerbs.restate`.
 */
export async function restateStatement(
  { user, statement, text }: VerbInput<"restate">,
  deps: { readonly memory: Pick<Memory, "profiles" | "episodes">; readonly now: () => Date },
): Promise<VerbOutput<"restate">> {
  const { profiles, episodes } = deps.memory;
  const userId = parseUserId(user);
  const words = parseMessageText(text, "The text").replaceAll(/\s+/g, " ").trim();
  if (words.length > mostCharacters)
    throw new PersonaAgentError(
      "config-message-invalid",
      `The text is ${words.length} characters long; a statement has at most ${mostCharacters}. Shorten it.`,
    );
  // Before anything is written.
  expectStatement(await profiles.current(userId), statement);
  const at = deps.now().toISOString();
  const id = turnEpisodeId(at, ownIdentity(userKey(userId), crypto.randomUUID()));
  const given = { query: words, options: null, scale: null, response: null, groundTruth: null };
  await episodes.add(userId, importedEpisode({ id, at, ...given, task: null }));
  for (;;) {
    const current = expectStatement(await profiles.current(userId), statement);
    const { schemaVersion: _, id: base, version: __, ...rest } = current;
    const appended = await profiles.appendAfter(userId, base, {
      ...rest,
      at,
      statements: current.statements.map((each) =>
        each.text === statement
          ? {
              text: words,
              evidence: [id],
              replaces: [{ text: each.text, evidence: each.evidence }, ...each.replaces].slice(
                0,
                maxReplaced,
              ),
            }
          : each,
      ),
    });
    // Null where another version came in between: it is read, and changed instead.
    if (appended !== null) return expectShown(await showProfile(userId, deps.memory));
  }
}

function expectStatement(profile: Profile | null, statement: string): Profile {
  if (profile?.statements.some(({ text }) => text === statement)) return profile;
  throw new PersonaAgentError(
    "config-invalid",
    `The profile has no statement ${JSON.stringify(statement.slice(0, 60))}; expected one as \`profile\` gives it now. Show the profile again.`,
  );
}

function expectShown(profile: VerbOutput<"profile">): VerbOutput<"restate"> {
  if (profile === null) throw new TypeError("A profile that was appended is not there.");
  return profile;
}
