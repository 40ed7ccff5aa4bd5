import { AsyncLocalStorage } from "node:async_hooks";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, isBaseMessage } from "@langchain/core/messages";
import PQueue from "p-queue";
import { addUsage, noUsage, type Usage, usageOfCall } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";

/** The most that a whole run may cost, its earlier starts included. */
export interface RunBudget {
  readonly calls?: number | undefined;
  /** In and out together. A call under way when they are spent still counts. */
  readonly tokens?: number | undefined;
}

export interface CallLimits {
  /** Most calls at a time. */
  readonly concurrency: number;
  /** Most calls begun in a minute, evenly spread; a client's retries are not counted. */
  readonly perMinute?: number | undefined;
  readonly budget?: RunBudget | undefined;
  /** What the run has cost in its earlier starts. */
  readonly spent: Usage;
  /** Ends every wait for a turn. */
  readonly signal: AbortSignal;
}

/** What one piece of work asked of models, updated while it runs. */
export interface CallTally {
  readonly usage: Usage;
  /** The sum of its calls' waits for their turn, in milliseconds. */
  readonly waitedMs: number;
  /** Whether the budget refused one of its calls: its result is then incomplete. */
  readonly refused: boolean;
}

export interface CallGate {
  /** Sends every call of this model through the gate. Guarding a model twice changes nothing. */
  guard(model: BaseChatModel): void;
  /** Runs `work` and counts in the tally what it asks of guarded models. Resolves at once when a call is refused. */
  counting(work: (tally: CallTally) => Promise<void>): Promise<void>;
  /** What the run has cost so far, its earlier starts included, without the tokens of calls under way. */
  spent(): Usage;
  /** The budget that is spent, as `100 model calls`; `null` while there is some left. */
  spentBudget(): string | null;
}

type Tally = { -readonly [K in keyof CallTally]: CallTally[K] } & { readonly giveUp: () => void };

/**
 * Limits model calls themselves, because one task of a run makes one call or hundreds. It waits in LangChain's callbacks,
 * which every call goes through, also of a model with tools or a schema bound to it.
 */
export function createCallGate(limits: CallLimits): CallGate {
  const { concurrency, perMinute, budget = {}, signal } = limits;
  const turns = new PQueue({
    concurrency,
    // Not strict, p-queue counts from fixed moments, and two calls could begin right before and after one.
    ...(perMinute !== undefined && { interval: 60_000 / perMinute, intervalCap: 1, strict: true }),
  });
  const tallies = new AsyncLocalStorage<Tally>();
  const open = new Map<string, { readonly tally: Tally | undefined; readonly end: () => void }>();
  let { calls } = limits.spent;
  let finished: Usage = { ...limits.spent, calls: 0 };
  let spent: string | null = null;

  const begin = async (runId: string) => {
    const tally = tallies.getStore();
    const since = performance.now();
    const end = await nextTurn(turns, signal);
    if (tally !== undefined) tally.waitedMs += performance.now() - since;
    const { calls: mostCalls = Infinity, tokens: mostTokens = Infinity } = budget;
    if (calls >= mostCalls) spent ??= `${mostCalls} model calls`;
    if (tokensOf(finished) >= mostTokens) spent ??= `${mostTokens} tokens`;
    if (spent !== null) {
      end();
      if (tally === undefined)
        throw new PersonaAgentError(
          "config-budget-exhausted",
          `The run's budget of ${spent} is spent; expected calls within it. Raise it.`,
        );
      tally.refused = true;
      tally.giveUp();
      // Not thrown: LangChain prints every error of a handler on standard error.
      return new Promise<never>(() => {});
    }
    calls += 1;
    open.set(runId, { tally, end });
  };
  const finish = (runId: string, usage: Usage) => {
    const call = open.get(runId);
    if (call === undefined) return;
    open.delete(runId);
    finished = addUsage(finished, usage);
    if (call.tally !== undefined) call.tally.usage = addUsage(call.tally.usage, usage);
    call.end();
  };
  const handler = Object.assign(
    BaseCallbackHandler.fromMethods({
      handleChatModelStart: (_model, _messages, runId) => begin(runId),
      handleLLMEnd({ generations }, runId) {
        const [generation = {}] = generations[0] ?? [];
        const message = "message" in generation ? generation.message : null;
        const isAnswer = isBaseMessage(message) && AIMessage.isInstance(message);
        finish(runId, usageOfCall(isAnswer ? message : {}));
      },
      handleLLMError: (_error, runId) => finish(runId, usageOfCall({})),
    }),
    // LangChain awaits the start, and its error ends the call before it is made.
    { awaitHandlers: true, raiseError: true },
  );
  return {
    guard(model) {
      const handlers = Array.isArray(model.callbacks) ? model.callbacks : [];
      if (!handlers.includes(handler)) model.callbacks = [...handlers, handler];
    },
    counting(work) {
      return new Promise((resolve, reject) => {
        const tally: Tally = { usage: noUsage, waitedMs: 0, refused: false, giveUp: resolve };
        tallies.run(tally, () => work(tally)).then(resolve, reject);
      });
    },
    spent: () => ({ ...finished, calls }),
    spentBudget: () => spent,
  };
}

/** Waits for a place. @returns What gives it back. */
function nextTurn(turns: PQueue, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((end) => resolve(end));
    turns.add(held, { signal }).catch(reject);
  });
}

function tokensOf({ tokens }: Usage): number {
  return tokens.in + tokens.out;
}
