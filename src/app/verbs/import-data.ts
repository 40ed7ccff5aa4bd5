import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { noUsage } from "../../domain/usage.js";
import { type UserArchive, userArchiveSchema } from "../../domain/user-archive.js";
import { countAnswers } from "../../domain/scoring/answer-kinds.js";
import { parseUserId } from "../../domain/user-id.js";
import { openItems } from "../../formats/given-items.js";
import { isArchive } from "../../formats/open-histories.js";
import { readJson } from "../../formats/read-file.js";
import type { EpisodicMemory, MemoryDegradation } from "../../memory/episodes/episodic-memory.js";
import type { Visits } from "../../memory/visits.js";
import type { UserArchives } from "../../memory/user-archives.js";
import { PersonaAgentError } from "../../system/errors.js";
import {
  type HistorySurvey,
  importHistories,
  type ImportResult,
  type ImportTarget,
} from "../import-histories.js";
import { secondsFrom } from "../seconds-from.js";
import type { VerbHooks } from "./verb-hooks.js";

const shownFaults = 5;

export interface ImportDeps {
  readonly memory: {
    readonly episodes: EpisodicMemory;
    readonly archives: UserArchives;
    readonly visits: Pick<Visits, "open">;
  };
  readonly refreshProfile: ImportTarget["refreshProfile"];
}

/** What can be imported: a path, items each as a line of a JSONL file, or what `export` gave. */
export type ImportData = string | readonly Readonly<Record<string, unknown>>[] | ArchiveInput;
type ArchiveInput = NonNullable<VerbInput<"import">["archive"]>;

export type ImportDataOptions = Omit<VerbInput<"import">, "items" | "archive">;

/** Errors as `UserVerbs.import`. */
export async function importData(
  data: ImportData,
  { profiles = true, users, ...limits }: ImportDataOptions,
  deps: ImportDeps,
  hooks: VerbHooks,
): Promise<VerbOutput<"import">> {
  const start = performance.now();
  if (typeof data === "string" && (await isArchive(data)))
    return importData((await readJson(data, "an archive")) as ArchiveInput, {}, deps, hooks);
  if (isArchiveData(data)) {
    const archive = parseArchive(data);
    const { degraded } = await deps.memory.archives.import(archive);
    const [user, episodes] = [parseUserId(archive.user), archive.episodes.length];
    const answers = countAnswers(user, archive.episodes);
    const result = {
      users: [user],
      episodes,
      undated: archive.episodes.filter(({ at }) => at === null).length,
      skipped: [],
      answers,
      unread: [],
      usage: noUsage,
      degraded,
    };
    return showImport(result, secondsFrom(start), hooks);
  }
  if (typeof data !== "string" && !Array.isArray(data))
    throw new PersonaAgentError(
      "config-invalid",
      "There is nothing to import; expected a path, a list of items, or what `export` gave. Give one.",
    );
  const { signal = new AbortController().signal, onProgress } = hooks;
  const source = typeof data === "string" ? data : openItems(data);
  const result = await importHistories(source, (work) => work(deps), {
    profiles,
    signal,
    progress: (part, done, total) => onProgress?.({ kind: "imported", part, done, total }),
    ...(users && { users: new Set(users) }),
    ...limits,
  });
  return showImport(result, secondsFrom(start), hooks);
}

function isArchiveData(data: ImportData): data is ArchiveInput {
  return typeof data === "object" && data !== null && "format" in data;
}

function parseArchive(archive: unknown): UserArchive {
  const { data, error } = userArchiveSchema.safeParse(archive);
  if (data !== undefined) return data;
  const faults = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const more = faults.length > shownFaults ? `; and ${faults.length - shownFaults} more` : "";
  throw new PersonaAgentError(
    "config-file-invalid",
    `The archive is not valid (${faults.slice(0, shownFaults).join("; ")}${more}); expected what \`export\` gave in this version. Export it again.`,
    { details: { issues: error.issues } },
  );
}

export function showImport(
  { usage, degraded, ...survey }: ImportResult,
  seconds: number,
  { onDegraded }: VerbHooks = {},
): VerbOutput<"import"> {
  reportDegraded(degraded, onDegraded);
  return { ...showSurvey(survey), usage, seconds };
}

/** What an import brings, or would bring. */
export function showSurvey({ users, episodes, undated, skipped, answers, unread }: HistorySurvey) {
  return {
    users: users.length,
    userIds: [...users],
    episodes,
    undated,
    skipped: [...skipped],
    // Copied as the plain JSON that it is, and so without `readonly`.
    answers: structuredClone(answers) as VerbOutput<"import">["answers"],
    unread: [...unread],
  };
}

export function reportDegraded(
  degraded: readonly MemoryDegradation[],
  onDegraded: VerbHooks["onDegraded"],
): void {
  if (degraded.length > 0) onDegraded?.(degraded);
}
