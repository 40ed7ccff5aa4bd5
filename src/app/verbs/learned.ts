import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { type AlignmentRecord, meanScores } from "../../domain/alignment/alignment-record.js";
import { promisingCandidate } from "../../domain/alignment/promising.js";
import { trialOutcomes } from "../../domain/alignment/trial.js";
import { diffPersona } from "../../domain/persona/persona-diff.js";
import {
  activeVersions,
  initialPersona,
  type PersonaCheckpoint,
  personaHead,
} from "../../domain/persona/persona-checkpoint.js";
import {
  findVersion,
  outcomeWithoutChange,
  parentVersion,
  personaVersionStatuses,
} from "../../domain/persona/version-history.js";
import type { ProfileStatement } from "../../domain/profile.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { restorePersona } from "../../memory/personas/restore-persona.js";
import { expectKnownUser } from "./known-user.js";
import { sourcesOf } from "./shown-episode.js";

type Of<Kinds extends keyof Memory> = Pick<Memory, Kinds>;

export async function showProfile(
  user: string,
  { profiles, episodes }: Of<"profiles" | "episodes">,
): Promise<VerbOutput<"profile">> {
  const profile = await profiles.current(user);
  if (profile === null) return null;
  const history = await profiles.history(user);
  const sourced = async ({ text, evidence }: Pick<ProfileStatement, "text" | "evidence">) => ({
    text,
    sources: await sourcesOf(evidence, user, episodes),
  });
  const { version, at, statements } = profile;
  return {
    version,
    at,
    statements: await Promise.all(
      statements.map(async (statement) => ({
        ...(await sourced(statement)),
        since: (firstOf(history, ({ statements: said }) => says(said, statement)) ?? profile).at,
        replaces: await Promise.all(statement.replaces.map(sourced)),
      })),
    ),
  };
}

export async function showPersona(
  userId: string,
  { personas, ...memory }: Of<"personas" | "profiles" | "episodes">,
  instructions: string,
): Promise<VerbOutput<"persona">> {
  const user = parseUserId(userId);
  const history = activeVersions(await personas.history(user));
  const head = history.at(-1) ?? initialPersona;
  const { id, version, at, lines, paperSystemPrompt: paperText } = head;
  return {
    user,
    version,
    at: id === initialPersona.id ? null : at,
    instructions,
    profile: await showProfile(user, memory),
    lines: await Promise.all(
      lines.map(async (line) => {
        const first = firstOf(history, (earlier) => says(earlier.lines, line)) ?? head;
        return {
          text: line.text,
          tool: line.tool,
          since: { version: first.version, at: first.at },
          sources: await sourcesOf(line.evidence, user, memory.episodes),
        };
      }),
    ),
    paperText,
  };
}

/** The first of the versions, up to the last one, of which each has it; undefined where the last one has not. */
function firstOf<Version>(
  versions: readonly Version[],
  has: (version: Version) => boolean,
): Version | undefined {
  return versions[versions.findLastIndex((version) => !has(version)) + 1];
}

function says(texts: readonly { readonly text: string }[], { text }: { readonly text: string }) {
  return texts.some((each) => each.text === text);
}

/** Every checkpoint as stored, with its standing; the latest `limit` of those before `before`. */
export async function showLog(
  { user, limit, before }: VerbInput<"log">,
  { personas, episodes }: Of<"personas" | "episodes">,
): Promise<VerbOutput<"log">> {
  const [history, withdrawals] = await Promise.all([
    personas.history(user),
    episodes.withdrawals(user),
  ]);
  const promising = promisingCandidate(history, personaHead(history), { withdrawals });
  const statuses = personaVersionStatuses(history);
  const trials = trialOutcomes(history);
  const earlier = history.filter(({ id }) => before === undefined || id < before);
  return earlier.slice(limit === undefined ? 0 : -limit).map((checkpoint) => {
    const status = statuses.get(checkpoint.id) ?? "superseded";
    const isInUse = status === "head" || status === "past";
    const unchanged = status === "rejected" ? outcomeWithoutChange(checkpoint, history) : null;
    return {
      ...checkpoint,
      version: isInUse ? checkpoint.version : null,
      head: status === "head",
      standing: unchanged ?? status,
      trial: trials.get(checkpoint.id) ?? null,
      means: checkpoint.alignment && meansOf(checkpoint.alignment.scores),
      promising: promising?.earlier.id === checkpoint.id,
    };
  });
}

function meansOf(scores: AlignmentRecord["scores"]): VerbOutput<"log">[number]["means"] {
  const [batch = null, holdout = null] = [scores.batch, scores.holdout].map((items) =>
    items.length === 0 ? null : meanScores(items),
  );
  return { batch, holdout };
}

/** Errors as `UserVerbs.diff`. */
export async function comparePersonas(
  { user, from, to }: VerbInput<"diff">,
  { personas }: Of<"personas">,
): Promise<VerbOutput<"diff">> {
  const history = await personas.history(user);
  const after = to === undefined ? personaHead(history) : findVersion(user, history, to);
  const before =
    from === undefined ? parentVersion(after, history) : findVersion(user, history, from);
  const inUse = new Set(activeVersions(history).map(({ id }) => id));
  const [numberBefore, number] = [before, after].map(({ id, version }) =>
    inUse.has(id) ? version : null,
  );
  return { from: numberBefore ?? null, to: number ?? null, ...personaChanges(before, after) };
}

type Content = Pick<PersonaCheckpoint, "lines" | "paperSystemPrompt">;

/** The differences of two versions. `paperText` only where one of them has one. */
export function personaChanges(before: Content, after: Content): PersonaChanges {
  const texts = { before: before.paperSystemPrompt, after: after.paperSystemPrompt };
  const hasText = texts.before !== null || texts.after !== null;
  const { added, changed, removed } = diffPersona(before.lines, after.lines);
  return {
    added: [...added],
    changed: [...changed],
    removed: [...removed],
    ...(hasText && { paperText: texts }),
  };
}
export type PersonaChanges = Omit<VerbOutput<"diff">, "from" | "to">;

/** Errors as `UserVerbs.rollback`. */
export async function rollBackTo(
  { user, to }: VerbInput<"rollback">,
  { memory, now }: { readonly memory: Of<"personas" | "episodes">; readonly now: () => Date },
): Promise<VerbOutput<"rollback">> {
  await expectKnownUser(user, memory);
  const { head, restored, changed } = await restorePersona(user, to, {
    personas: memory.personas,
    now,
  });
  return {
    user: parseUserId(user),
    version: head.version,
    restored,
    lines: [...head.lines],
    changed,
  };
}
