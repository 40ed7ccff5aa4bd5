import { isDeepStrictEqual } from "node:util";
import { HumanMessage } from "@langchain/core/messages";
import { Command, END, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import { usersPart } from "../../domain/asked-question.js";
import type { Episode } from "../../domain/episode.js";
import {
  inferFeedback,
  type InferredFeedback,
  strongestOfEach,
} from "../../domain/inferred-feedback.js";
import { isIncomplete, type Profile, type ProfileStatement } from "../../domain/profile.js";
import { reflectionCallsOn } from "../../domain/reflection-status.js";
import { othersWordFinder } from "../../domain/text/others-words.js";
import { addUsage, type Usage } from "../../domain/usage.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { recordedError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import { ask } from "../../model/ask-structured.js";
import type { NamedModel } from "../../model/model-spec.js";
import { profileRevisionSchema } from "../../prompts/learning/profile-revision.js";
import {
  type ReflectionAnswer,
  reflectionSchema,
  renderReflection,
} from "../../prompts/learning/reflection.js";
import {
  type ReflectionState,
  reflectionState,
  type ReflectionUpdate,
} from "../../state/reflection-state.js";
import { askingUser, checkOwner } from "../agent/admit-turn.js";
import { defaultProfileTokens } from "../draw-profile.js";
import { callConfig } from "../model-call-config.js";
import { renderStatements, revisedStatements } from "../update-profile.js";
import { readEpisodes, selectTurns } from "./select-turns.js";

export interface ReflectDeps {
  readonly episodes: Pick<Memory["episodes"], "latest" | "withdrawals">;
  readonly profiles: Pick<Memory["profiles"], "current">;
  readonly reflections: Memory["reflections"];
  readonly spending: Pick<Memory["spending"], "add">;
  /** The model for alignment: the one that `models.alignment` of the run names, or the process's own. */
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  readonly now: () => Date;
}

type Next = Command<unknown, ReflectionUpdate, "store-reflection" | typeof END>;

/**
 * Reads the user's latest turns in one model call: the profile brought up to date, and the feedback in the user's later
 * messages, as far as it passes the checks. Writes only that it began, before the call, so that the budget holds
 * whatever happens, and why it failed.
 */
export function createReflect(deps: ReflectDeps) {
  const { episodes, profiles, reflections, spending, alignmentModelFor, now } = deps;
  return async function reflect(
    state: ReflectionState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Next> {
    const asking = askingUser(state, runtime, runtime.serverInfo !== undefined);
    checkOwner(state, { userId: asking });
    const userId = parseUserId(asking);
    const config = parseRunConfig(runtime);
    const cleared = { ...reflectionState.parse({}), owner: userKey(userId) };
    const end = (outcome: NonNullable<ReflectionState["outcome"]>): Next =>
      new Command({ goto: END, update: { ...cleared, outcome } });
    if (!config.reflection || config.mode === "paper") return end("off");

    // Finishes a deletion that was interrupted: until then, responses that repeat it are read.
    await episodes.withdrawals(userId);
    const at = now().toISOString();
    const [status, profile, stored] = await Promise.all([
      reflections.get(userId),
      profiles.current(userId),
      episodes.latest(userId, readEpisodes),
    ]);
    // An imported item may be dated in the future; all turns until then would seem to be read.
    const latest = stored.filter((each) => Date.parse(each.at ?? at) <= Date.parse(at));
    const { turns, readBefore } = isIncomplete(profile)
      ? selectTurns(latest, { lastReadId: null }, null, at)
      : selectTurns(latest, status, profile, at);
    const newest = latest[0]?.id;
    if (newest === undefined || turns.length === 0) return end("nothing-new");
    const calls = reflectionCallsOn(at, status);
    if (calls >= config.reflectionsPerDay) return end("budget");

    await reflections.update(userId, { at, lastTriedId: newest, callsOnDay: calls + 1 });
    const { statements, shown: current } = renderStatements(profile?.statements ?? [], latest);
    const { model, name } = alignmentModelFor(config.models.alignment);
    const askWith = async (withReactions: boolean) => {
      const { prompt, shown } = renderReflection({
        statements,
        turns,
        readBefore,
        withReactions,
        maxTokens: defaultProfileTokens,
      });
      const asked = await ask<ReflectionRead>({
        model,
        messages: [new HumanMessage(prompt)],
        schema: withReactions ? reflectionSchema : profileRevisionSchema,
        name: "reflection",
        config: callConfig(runtime, "reflection"),
      });
      return { ...asked, prompt, shown };
    };
    try {
      const first = await askWith(config.inferFeedback);
      // A statement rests on what the user wrote. Where one has a word of a response, it is asked for without responses.
      const isBrought = repeatsResponses(first, latest);
      const mayAskAgain = calls + 2 <= config.reflectionsPerDay;
      if (isBrought && mayAskAgain) await reflections.update(userId, { callsOnDay: calls + 2 });
      const again = isBrought && mayAskAgain ? await askWith(false) : null;
      const usage = again === null ? first.usage : addUsage(first.usage, again.usage);
      await spending.add(userId, { kind: "reflection", model: name, usage }, at);
      const described = again ?? (isBrought ? { ...first, answer: noStatements } : first);
      const { answer, shown } = described;
      const ids = shown.map(({ id }) => id);
      const unshown = new Set(turns.filter((turn) => !shown.includes(turn)));
      const read = latest.filter((turn) => !unshown.has(turn));
      const revised = revisedStatements(current, answer, ids, latest.toReversed());
      return proposing(
        {
          profile: nextProfile(revised, profile, read, {
            at,
            model: name,
            lastEpisodeId: newest,
          }),
          reactions: reactionsIn(first.answer, first.shown),
          baseId: profile?.id ?? null,
          lastReadId: newest,
        },
        usage,
      );
    } catch (error) {
      await recordFailure(userId, error, status.lastTriedId, runtime.signal);
      throw error;
    }

    function proposing(proposal: NonNullable<ReflectionState["proposal"]>, usage: Usage): Next {
      const update = { ...cleared, outcome: "reflected" as const, proposal, usage };
      return new Command({ goto: "store-reflection", update });
    }
  };

  /** A reflection that was stopped is due again at the next turn; one that failed, after as many turns as usual. */
  async function recordFailure(
    userId: string,
    error: unknown,
    lastTriedId: string | null,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const change = signal?.aborted === true ? { lastTriedId } : { error: recordedError(error) };
    // The failure itself matters more than an unavailable store.
    await reflections.update(userId, change).catch(() => undefined);
  }
}

/** The present ones stay. */
const noStatements: ReflectionRead = { revisedStatements: [] };

/** Without reactions where the run asks for none. */
type ReflectionRead = Omit<ReflectionAnswer, "reactions"> & Partial<ReflectionAnswer>;

/** Whether a statement holds a word that only a response can have brought in. */
function repeatsResponses(
  {
    answer,
    prompt,
    shown,
  }: {
    readonly answer: ReflectionRead;
    readonly prompt: string;
    readonly shown: readonly Episode[];
  },
  latest: readonly Episode[],
): boolean {
  if (answer.reactions === undefined) return false;
  const find = othersWordFinder({
    own: [
      // The instructions, and the description so far.
      prompt.slice(0, prompt.indexOf("<history>\n")),
      ...latest.flatMap((each) => [
        usersPart(each),
        each.groundTruth ?? "",
        each.feedback?.reason ?? "",
      ]),
    ],
    others: shown.flatMap(({ query, response }) => [query, response ?? ""]),
  });
  return answer.revisedStatements.some(({ text }) => find(text) !== null);
}

function reactionsIn(
  { reactions = [] }: ReflectionRead,
  shown: readonly Episode[],
): InferredFeedback[] {
  return strongestOfEach(
    reactions.flatMap(({ item, shownBy, ...reaction }) => {
      const [of, later] = [shown[item - 1], shown[shownBy - 1]];
      if (of === undefined || later === undefined) return [];
      return inferFeedback({ ...reaction, of, shownBy: later }) ?? [];
    }),
  );
}

/**
 * The profile's next version; `null` where nothing changes: no statements are the answer of a failed model. One that a
 * deletion left incomplete counts as drawn again in any case.
 *
 * @param read - Without what did not fit into the prompt. So `episodeCount` is less than the episodes up to `lastEpisodeId`, and
 *   the next refresh draws the profile from the whole history: after a large import, for example.
 */
function nextProfile(
  statements: ProfileStatement[],
  current: Profile | null,
  read: readonly Episode[],
  written: Pick<Profile, "at" | "model" | "lastEpisodeId">,
): NonNullable<ReflectionState["proposal"]>["profile"] {
  const isSame = statements.length === 0 || isDeepStrictEqual(statements, current?.statements);
  if (isSame && !isIncomplete(current)) return null;
  const { lastEpisodeId = null, episodeCount = 0 } = current ?? {};
  const added = read.filter(({ id }) => id > (lastEpisodeId ?? ""));
  return {
    ...written,
    statements: isSame ? (current?.statements ?? []) : statements,
    episodeCount: isIncomplete(current) ? read.length : episodeCount + added.length,
  };
}
