import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import type { UserArchive } from "../../domain/user-archive.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { type Episode, isEpisodeId } from "../../domain/episode.js";
import type { MemoryWithUserData } from "../../memory/memory.js";
import { unknownEpisode } from "../../memory/episodes/unknown-episode.js";
import { PersonaAgentError } from "../../system/errors.js";
import { mapConcurrently } from "../../system/map-concurrently.js";
import type { UserJobs } from "../alignment-runs/job-queue.js";
import type { AlignmentOverview } from "../alignment-runs/alignment-overview.js";
import type { FeedbackGiven, FeedbackResult } from "../give-feedback.js";
import type { ImportTarget } from "../import-histories.js";
import { type EraseDeps, eraseUser } from "./erase-user.js";
import {
  type ImportData,
  importData,
  type ImportDataOptions,
  reportDegraded,
} from "./import-data.js";
import { comparePersonas, rollBackTo, showLog, showPersona, showProfile } from "./learned.js";
import { rememberInteraction } from "./remember.js";
import { restateStatement } from "./restate.js";
import { type HealthDeps, readHealth } from "./health.js";
import { checkInput } from "./check-input.js";
import type { Prices } from "../../domain/spending.js";
import { showActivity, showUsage } from "./spent.js";
import { showEpisode, showWholeEpisode } from "./shown-episode.js";
import type { VerbHooks } from "./verb-hooks.js";

type Rest<
  Name extends
    | "remember"
    | "list"
    | "restate"
    | "log"
    | "diff"
    | "rollback"
    | "setLocale"
    | "usage",
> = Omit<VerbInput<Name>, "user">;

/**
 * What can be done with a user's data. All results are plain JSON, the same that the command line prints with `--json`
 * and the server answers. Each throws `config-user-invalid` for an invalid user id, and `memory-store-unavailable`.
 */
export interface UserVerbs {
  /**
   * Stores one interaction that happened elsewhere. No model call.
   *
   * @param interaction.id - An id of your own, 1 to 200 characters: the same id, again within the user's latest 256
   *   interactions or with the same `at`, is the same interaction. The result's `id` is the one to use later.
   * @throws {PersonaAgentError} `config-message-invalid` for a text, `config-invalid` for an id, a time, or an id of
   *   your own that is another interaction's.
   */
  remember(userId: string, interaction: Rest<"remember">): Promise<VerbOutput<"remember">>;
  /**
   * Brings histories into memory, or the archive of one user. Repeating an import changes nothing.
   *
   * @param data - The path of a file or folder, as the command `import` takes it; items, each as a line of a JSONL file;
   *   or what `export` gave.
   * @throws {PersonaAgentError} `config-file-invalid`, before anything is written.
   */
  import(data: ImportData, options?: ImportDataOptions & VerbHooks): Promise<VerbOutput<"import">>;
  /**
   * A user's interactions, newest first: all, or `limit` of them, or those before the one with the id `before`.
   *
   * @throws {PersonaAgentError} `config-invalid` for a `before` that is no such id.
   */
  list(userId: string, options?: Rest<"list">): Promise<VerbOutput<"list">>;
  /** @throws {PersonaAgentError} `config-episode-unknown` */
  show(userId: string, id: string): Promise<VerbOutput<"show">>;
  /**
   * The interactions that are most like a text, best first: 10 unless `limit` says otherwise. No model call.
   *
   * @throws {PersonaAgentError} `config-message-invalid`
   */
  search(
    userId: string,
    text: string,
    options?: { readonly limit?: number | undefined } & Pick<VerbHooks, "onDegraded">,
  ): Promise<VerbOutput<"search">>;
  /** Says what the user really answered; feedback of the kind `answer`. Errors as `PersonaAgent.feedback`. */
  correct(
    userId: string,
    id: string,
    answer: string | number,
    options?: { readonly author?: string | undefined },
  ): Promise<VerbOutput<"correct">>;
  /**
   * Deletes one interaction, and what was learned from it.
   *
   * @returns What went with it, and which interactions may say the same and stay.
   * @throws {PersonaAgentError} `config-episode-unknown`
   */
  forget(userId: string, id: string): Promise<VerbOutput<"forget">>;
  /** What holds of a user, what held before, and the sources of both; `null` before the first profile. */
  profile(userId: string): Promise<VerbOutput<"profile">>;
  /** The profile and the learned lines in use, each with its evidence in the user's words. */
  persona(userId: string): Promise<VerbOutput<"persona">>;
  /**
   * Says in the user's own words what holds in place of one statement of the profile, which stays as what held before.
   * The words are kept as an interaction. No model call.
   *
   * @throws {PersonaAgentError} `config-invalid` where the profile has no such statement; `config-message-invalid`.
   */
  restate(userId: string, change: Rest<"restate">): Promise<VerbOutput<"restate">>;
  /**
   * All versions of the persona, oldest first; rejected ones too. The latest `limit` of them, or of those before the one
   * with the id `before`.
   */
  log(userId: string, options?: Rest<"log">): Promise<VerbOutput<"log">>;
  /**
   * Compares two versions: the head with its parent unless `from` or `to` name others, by number or checkpoint id.
   *
   * @throws {PersonaAgentError} `config-version-unknown`
   */
  diff(userId: string, versions?: Rest<"diff">): Promise<VerbOutput<"diff">>;
  /**
   * Restores an earlier version, by appending one that says the same.
   *
   * @throws {PersonaAgentError} `config-version-unknown`, `config-user-unknown`
   */
  rollback(userId: string, version: Rest<"rollback">): Promise<VerbOutput<"rollback">>;
  /** Whether store and index answer, and how many jobs there are. Never rejects because of them. */
  health(): Promise<VerbOutput<"health">>;
  /** The status of all users who have an interaction, sorted by user. */
  statuses(): Promise<VerbOutput<"statuses">>;
  /** What a user's model calls cost, by kind and by day or month. @throws {PersonaAgentError} `config-invalid` */
  usage(userId: string, options?: Rest<"usage">): Promise<VerbOutput<"usage">>;
  /** The same of all users, with their last activity, by id, in pages. */
  usages(options?: VerbInput<"usages">): Promise<VerbOutput<"usages">>;
  /** Time zone and language in which the user is answered; `null` for what was not set. */
  locale(userId: string): Promise<VerbOutput<"locale">>;
  /** Sets what is given; `null` removes it. @throws {PersonaAgentError} `config-invalid` */
  setLocale(userId: string, change: Rest<"setLocale">): Promise<VerbOutput<"setLocale">>;
  /** All users who have an interaction, sorted. */
  users(): Promise<VerbOutput<"users">>;
  /** Everything that is remembered of a user, for `import` elsewhere. Threads are not part of it. */
  export(userId: string): Promise<UserArchive>;
  /**
   * Deletes everything of a user: interactions, profile, persona, index, threads that this process can find, and what is
   * under way. Then it looks for what is left, and says so. Repeating it finishes an interrupted one.
   *
   * @throws {PersonaAgentError} `memory-index-unavailable` and `model-*` (the embeddings) before memory is touched.
   */
  erase(userId: string): Promise<VerbOutput<"erase">>;
}

export interface UserVerbsDeps extends Omit<EraseDeps, "erasure" | "jobs"> {
  readonly jobs: UserJobs | undefined;
  readonly memory: MemoryWithUserData;
  readonly index: HealthDeps["index"];
  /** Those of the process. */
  readonly instructions: string;
  readonly feedback: (userId: string, feedback: FeedbackGiven) => Promise<FeedbackResult>;
  /** Requests an alignment of the user if one is due. */
  readonly scheduleAlignment: (userId: string) => Promise<unknown>;
  readonly refreshProfile: ImportTarget["refreshProfile"];
  readonly prices: Prices;
  /** @param jobs - What gives the dead jobs. */
  readonly statusWith: (userId: string, jobs: Pick<UserJobs, "dead">) => Promise<AlignmentOverview>;
  readonly now: () => Date;
}

const readAtOnce = 8;
const foundUnlessLimited = 10;

export function createUserVerbs(deps: UserVerbsDeps): UserVerbs {
  const { memory, feedback, scheduleAlignment, statusWith, prices, now } = deps;
  const { episodes, locales } = memory;
  return {
    async remember(user, interaction) {
      const input = checkInput("remember", { ...interaction, user });
      const stored = await rememberInteraction(input, { episodes, now });
      if (input.answer !== undefined) await scheduleAlignment(user);
      return stored;
    },
    async import(data, { signal, onProgress, onDegraded, ...options } = {}) {
      const { users, limitUsers, profiles, profileTokens } = checkInput("import", options);
      return importData(data, { users, limitUsers, profiles, profileTokens }, deps, {
        signal,
        onProgress,
        onDegraded,
      });
    },
    async list(user, options) {
      const { limit = Number.POSITIVE_INFINITY, before } = checkInput("list", { ...options, user });
      if (before !== undefined && !isEpisodeId(before))
        throw new PersonaAgentError(
          "config-invalid",
          `before is ${JSON.stringify(String(before).slice(0, 60))}; expected an interaction's id, as a list of them (\`list\`) gives it. Name one, or leave it out.`,
        );
      const found = await listNewestFirst(episodes, user, limit, before);
      return found.map(showEpisode);
    },
    async show(user, id) {
      const episode = await episodes.get(user, id);
      if (episode === null) throw unknownEpisode(id);
      return showWholeEpisode(episode);
    },
    async search(user, text, { onDegraded, ...options } = {}) {
      const { limit = foundUnlessLimited } = checkInput("search", { ...options, user, text });
      const query = parseMessageText(text, "The text to search for");
      const { recalled, degraded } = await episodes.similar(user, query, limit);
      reportDegraded(degraded, onDegraded);
      return recalled.map(({ episode, score }) => ({ ...showEpisode(episode), score }));
    },
    async correct(user, episodeId, text, options) {
      const input = { ...options, user, id: episodeId, answer: text };
      const { id, answer, author } = checkInput("correct", input);
      return feedback(user, { episodeId: id, kind: "answer", text: String(answer), author });
    },
    async forget(user, id) {
      const forgotten = await episodes.delete(user, id);
      if (forgotten === null) throw unknownEpisode(id);
      const { statements, lines, responses, sameIn } = forgotten;
      return { deleted: id, statements, lines, responses: [...responses], sameIn: [...sameIn] };
    },
    profile: (user) => showProfile(user, memory),
    persona: (user) => showPersona(user, memory, deps.instructions),
    restate: async (user, change) =>
      memory.visits.within(userKey(user), () =>
        restateStatement(checkInput("restate", { ...change, user }), { memory, now }),
      ),
    log: async (user, options) => showLog(checkInput("log", { ...options, user }), memory),
    diff: async (user, versions) =>
      comparePersonas(checkInput("diff", { ...versions, user }), memory),
    rollback: async (user, version) =>
      memory.visits.within(userKey(user), () =>
        rollBackTo(checkInput("rollback", { ...version, user }), { memory, now }),
      ),
    health: () => readHealth({ ...deps, unindexed: memory.unindexed }),
    async statuses() {
      const users = await episodes.users();
      // Asked for once: one look a user would be one more statement for each.
      const dead = (await deps.jobs?.dead()) ?? [];
      const jobs = {
        dead: (user?: string) => Promise.resolve(dead.filter((job) => job.user === user)),
      };
      const overviews = new Map<string, AlignmentOverview>();
      await mapConcurrently(users, readAtOnce, async (user) => {
        overviews.set(user, await statusWith(user, jobs));
      });
      return users.flatMap((user) => overviews.get(user) ?? []);
    },
    usage: async (user, options) =>
      showUsage(checkInput("usage", { ...options, user }), { memory, prices }),
    usages: async (options) =>
      showActivity(checkInput("usages", { ...options }), { memory, prices }),
    async locale(user) {
      const { timeZone, language } = await locales.get(user);
      return { user: parseUserId(user), timeZone, language };
    },
    async setLocale(user, change) {
      checkInput("setLocale", { ...change, user });
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      const { timeZone, language } = await locales.set(user, Object.fromEntries(given));
      return { user: parseUserId(user), timeZone, language };
    },
    users: () => episodes.users(),
    export: (user) => memory.archives.export(user),
    erase: (user) => eraseUser(user, { ...deps, erasure: memory.erasure }),
  };
}

const pageSize = 500;

async function listNewestFirst(
  memory: Pick<MemoryWithUserData["episodes"], "list">,
  user: string,
  limit: number,
  from: string | undefined,
): Promise<Episode[]> {
  const found: Episode[] = [];
  while (found.length < limit) {
    const before = found.at(-1)?.id ?? from;
    const page = await memory.list(user, {
      limit: Math.min(pageSize, limit - found.length),
      ...(before !== undefined && { before }),
    });
    if (page.length === 0) break;
    found.push(...page);
  }
  return found;
}
