import { tool, ToolInputParsingException, type ToolRunnableConfig } from "@langchain/core/tools";
import { z } from "zod";
import { parseRunConfig } from "../config/parse-settings.js";
import { parsePeriod, type Period } from "../domain/local-time.js";
import { storableText } from "../domain/text/storable-text.js";
import { parseUserId } from "../domain/user-id.js";
import type {
  EpisodicMemory,
  MemoryDegradation,
  Recall,
  RecallBounds,
  RecalledEpisode,
} from "../memory/episodes/episodic-memory.js";
import { askedOn } from "../memory/episodes/recall-bounds.js";
import { chooseInteractions, interactionsPart } from "../prompts/agent/past-interactions.js";
import { introducePart } from "../prompts/prompt-part.js";
import { recallMemoryCard, toolArguments } from "../prompts/agent/tool-cards.js";
import {
  memoryDegradedPrompts,
  memoryEmptyPrompt,
  memoryTooLongPrompt,
} from "../prompts/agent/tool-results.js";
import type { AgentState } from "../state/agent-state.js";
import { shownInPrompt } from "../state/shown-in-prompt.js";
import { threadIdOf } from "../state/thread-id.js";
import { declareOwnQuoting } from "./tool-message.js";

export interface RecallMemoryDeps {
  readonly episodes: Pick<EpisodicMemory, "similar">;
  /** How many interactions a search returns when the model does not say. */
  readonly defaultLimit?: number;
}

/** The `artifact` of the tool's message: what the model was shown, and what went wrong. */
export interface RecallArtifact {
  readonly recalled: readonly { readonly id: string; readonly score: number }[];
  readonly degraded: readonly MemoryDegradation[];
}

const time = (meaning: string) =>
  z
    .string()
    .refine((text) => text === "" || parsePeriod(text, "UTC") !== null, {
      error: "expected a time as 2024, 2024-03, 2024-03-09 or 2024-03-09T18:30",
    })
    .nullish()
    .describe(meaning);

/** Optional arguments may be null or empty: models send both when they mean nothing. */
const recallArguments = z.object({
  query: z.string().trim().min(1).describe(toolArguments.recallQuery),
  since: time(toolArguments.since),
  until: time(toolArguments.until),
  limit: z.number().int().min(1).max(20).nullish().describe(toolArguments.limit),
});

/** Most of a query that is searched for, in UTF-16 units. */
const maxQueryLength = 2_000;

/**
 * The tool `recall_memory`: semantic search in the episodes of the user of the run (`userId` in its settings, never an
 * argument), within the run's `recallTokens`, without what the turn's prompt shows already.
 *
 * Throws errors of the settings (`config-*`) and of the store (`memory-*`).
 */
export function createRecallMemory({ episodes, defaultLimit = 6 }: RecallMemoryDeps) {
  async function recallMemory(
    { query, since, until, limit }: z.output<typeof recallArguments>,
    config: ToolRunnableConfig,
  ): Promise<[string, RecallArtifact]> {
    const { userId, recallTokens, threadTokens, timeZone: asSet = "UTC" } = parseRunConfig(config);
    const state = stateOf(config);
    const { turn, locale: { timeZone } = { timeZone: asSet } } = state;
    const already = shownInPrompt(state, threadIdOf(config), threadTokens);
    const wanted = limit ?? defaultLimit;
    const { recalled: similar, degraded } = await episodes.similar(
      parseUserId(userId),
      storableText(query, maxQueryLength),
      // As many more as the thread may hold of them.
      wanted + already.messages.size,
      {
        ...parseBounds(since, until, timeZone),
        ...(turn && { asked: askedOn(turn.at, { timeZone }) }),
        ...(already.ids.length > 0 && { excludeIds: already.ids }),
      },
    );
    const found = similar.filter(({ episode }) => !already.isInThread(episode)).slice(0, wanted);
    const shown = chooseInteractions(found, recallTokens, ({ episode }) => episode, timeZone);
    const recalled = shown.map(({ episode, score }) => ({ id: episode.id, score }));
    return [describeRecall({ recalled: found, degraded }, shown, timeZone), { recalled, degraded }];
  }
  return declareOwnQuoting(
    tool(recallMemory, {
      name: "recall_memory",
      description: recallMemoryCard,
      schema: recallArguments,
      responseFormat: "content_and_artifact",
    }),
  );
}

/** LangGraph's ToolNode gives a tool the state of the graph; run by something else, a tool has none. */
function stateOf(config: ToolRunnableConfig & { readonly state?: Partial<AgentState> }) {
  return {
    messages: [],
    turn: undefined,
    recalled: [],
    recalledByTools: [],
    locale: undefined,
    ...config.state,
  };
}

type Time = string | null | undefined;

function parseBounds(since: Time, until: Time, timeZone: string): RecallBounds {
  const from = periodOf(since, timeZone)?.start;
  const to = periodOf(until, timeZone)?.end;
  if (from !== undefined && to !== undefined && from >= to)
    throw new ToolInputParsingException(
      `\`since\` (${since}) is after \`until\` (${until}); expected it to be before.`,
    );
  return { ...(from && { since: from }), ...(to && { until: to }) };
}

/** A day in UTC too: what was imported with a day and no time stands at midnight UTC, wherever its user is. */
function periodOf(time: Time, timeZone: string): Period | null {
  const local = parsePeriod(time ?? "", timeZone);
  const utc = parsePeriod(time ?? "", "UTC");
  if (local === null || utc === null || local.start === local.end) return local;
  const [start = local.start] = [local.start, utc.start].toSorted();
  const [, end = local.end] = [local.end, utc.end].toSorted();
  return { start, end };
}

function describeRecall(
  { recalled, degraded }: Recall,
  shown: readonly RecalledEpisode[],
  timeZone: string,
) {
  // A result explains itself: the system message speaks only of what it holds.
  const found =
    shown.length > 0
      ? introducePart(
          interactionsPart(
            shown.map(({ episode }) => episode),
            timeZone,
          ),
        )
      : recalled.length > 0
        ? memoryTooLongPrompt.render({ count: String(recalled.length) })
        : memoryEmptyPrompt;
  return [...degraded.map((reason) => memoryDegradedPrompts[reason]), found].join("\n");
}
