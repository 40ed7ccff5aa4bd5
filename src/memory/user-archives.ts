import { isDeepStrictEqual } from "node:util";
import { initialPersona } from "../domain/persona/persona-checkpoint.js";
import type { UserArchive } from "../domain/user-archive.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { type AlignmentStatus, neverAligned } from "../domain/alignment/alignment-status.js";
import { neverReflected, type ReflectionStatus } from "../domain/reflection-status.js";
import { pointerChange, readRecent } from "./episodes/recent-episodes.js";
import type { EpisodicMemory, MemoryDegradation } from "./episodes/episodic-memory.js";
import type { LocaleStore } from "./personas/locale-store.js";
import type { PersonaLog } from "./personas/persona-log.js";
import type { ProfileLog } from "./personas/profile-log.js";
import type { StatusStore } from "./personas/status-store.js";
import { userNamespaces } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { latestProfileChange } from "./personas/profile-log.js";
import { episodeRecord } from "./record-schemas.js";
import type { StoreAccess } from "./store-access.js";
import { withdrawalChange } from "./withdrawals.js";

/** Takes users out and in as archives. Store errors as `EpisodicMemory`. */
export interface UserArchives {
  /** Everything that is remembered of a user; an empty archive for an unknown one. Finishes interrupted deletions. */
  export(userId: string): Promise<UserArchive>;
  /**
   * Writes an archive. The same one again changes nothing, so the same call completes an interrupted one.
   *
   * @throws {PersonaAgentError} `config-file-invalid`, before anything is written, where something else is remembered of
   *   the user already.
   */
  import(archive: UserArchive): Promise<{ readonly degraded: readonly MemoryDegradation[] }>;
}

interface ArchivedMemory {
  readonly episodes: Pick<EpisodicMemory, "withdrawals" | "addMany">;
  readonly profiles: Pick<ProfileLog, "history">;
  readonly personas: Pick<PersonaLog, "history">;
  readonly locales: LocaleStore;
  readonly alignments: StatusStore<AlignmentStatus>;
  readonly reflections: StatusStore<ReflectionStatus>;
}

export function createUserArchives(
  access: StoreAccess,
  memory: ArchivedMemory,
  now: () => Date,
): UserArchives {
  async function read(userId: string): Promise<UserArchive> {
    const user = userKey(userId);
    const withdrawals = await memory.episodes.withdrawals(userId);
    const [items, pointers, profiles, checkpoints, locale, alignment, reflection] =
      await Promise.all([
        access.scan(userNamespaces(user).episodes),
        readRecent(access, user),
        memory.profiles.history(userId),
        memory.personas.history(userId),
        memory.locales.get(userId),
        memory.alignments.get(userId),
        memory.reflections.get(userId),
      ]);
    const answered = [...pointers].toReversed();
    const { at, seenAt } = alignment;
    return {
      format: "persona-agent-archive",
      version: 1,
      user: parseUserId(userId),
      exportedAt: now().toISOString(),
      locale,
      episodes: items.map((item) => parseRecord(episodeRecord, item)),
      answeredAt: Object.fromEntries(
        answered.flatMap(([id, time]) => (time === null ? [] : [[id, time]])),
      ),
      withdrawals,
      profiles,
      personas: checkpoints.filter(({ id }) => id !== initialPersona.id),
      alignment: isDeepStrictEqual(alignment, neverAligned) ? null : { at, seenAt },
      reflection: isDeepStrictEqual(reflection, neverReflected) ? null : reflection,
    };
  }

  return {
    export: read,
    import: async (archive) =>
      access.visits.within(userKey(archive.user), async () => {
        const { user: userId, episodes, withdrawals, profiles, personas } = archive;
        const user = userKey(userId);
        refuseOthers(await read(userId), archive);
        const { profiles: profileSpace, personas: personaSpace } = userNamespaces(user);
        await access.write(withdrawals.map((withdrawal) => withdrawalChange(user, withdrawal)));
        const { degraded } = await memory.episodes.addMany(userId, episodes);
        const pointers = await readRecent(access, user);
        const answered = Object.entries(archive.answeredAt).filter(([id]) => pointers.has(id));
        await access.write([
          ...answered.map(([id, answeredAt]) =>
            pointerChange(user, id, { schemaVersion: 1, answeredAt }),
          ),
          ...profiles.map((value) => ({ namespace: profileSpace, key: value.id, value })),
          ...latestProfileChange(user, profiles),
          ...personas.map((value) => ({ namespace: personaSpace, key: value.id, value })),
        ]);
        await memory.locales.set(userId, archive.locale);
        if (archive.alignment !== null) await memory.alignments.update(userId, archive.alignment);
        if (archive.reflection !== null) {
          const { schemaVersion: _, ...reflection } = archive.reflection;
          await memory.reflections.update(userId, reflection);
        }
        return { degraded };
      }),
  };
}

/** What is there of an archive that was imported in part is equal to it. */
function refuseOthers(present: UserArchive, archive: UserArchive): void {
  const idOf = (record: object) =>
    "episodeId" in record ? record.episodeId : "id" in record ? record.id : null;
  const kinds = ["episodes", "withdrawals", "profiles", "personas"] as const;
  for (const kind of kinds) {
    const known = new Map(archive[kind].map((record) => [idOf(record), record]));
    const other = present[kind].find(
      (record) => !isDeepStrictEqual(record, known.get(idOf(record))),
    );
    if (other !== undefined)
      throw new PersonaAgentError(
        "config-file-invalid",
        `Of the user ${JSON.stringify(archive.user)} other ${kind} are remembered already; expected a user of whom nothing is. Import the archive into another deployment, or erase the user first.`,
      );
  }
}
