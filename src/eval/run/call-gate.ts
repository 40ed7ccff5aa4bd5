import { AsyncLocalStorage } from "node:async_hooks";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { Serialized } from "@langchain/core/load/serializable";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, isBaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import PQueue from "p-queue";
import { addUsage, noUsage, type Usage, usageOfCall } from "../../domain/usage.js";
import { PersonaAgentError } from "../../errors.js";

/** The most that a whole run may cost, with what its earlier starts have cost. */
export interface RunBudget {
  readonly calls?: number;
  /** In and out together. A call that is under way when they are spent is still taken. */
  readonly tokens?: number;
}

export interface CallLimits {
  /** Most calls at a time. */
  readonly concurrency: number;
  /** Most calls that are begun in a minute, evenly spread; a client's tries again are not counted. */
  readonly perMinute?: number;
  readonly budget?: RunBudget;
  /** What the run has cost in its earlier starts. */
  readonly spent: Usage;
  /** Ends every wait for a turn. */
  readonly signal: AbortSignal;
}

/** What one piece of work did with models, told while it runs. */
export interface CallTally {
  readonly usage: Usage;
  /** Milliseconds that its calls waited for their turn, added up. */
  readonly waitedMs: number;
  /** Whether the budget refused one of its calls: what it came to is then not to be believed. */
  readonly refused: boolean;
}

export interface CallGate {
  /** Sends every call of this model through the gate, whoever makes it; two models may be the same one. */
  guard(model: BaseChatModel): void;
  /** Runs `work`, and counts in the tally what it asks of guarded models; gives it up when a call of it is refused. */
  counting(work: (tally: CallTally) => Promise<void>): Promise<void>;
  /** What the run has cost so far, its earlier starts included; tokens of calls under way are not known yet. */
  spent(): Usage;
  /** What the budget was that is spent, as `100 model calls`; `null` while it is not. */
  spentBudget(): string | null;
}

type Tally = { -readonly [K in keyof CallTally]: CallTally[K] } & { readonly giveUp: () => void };

/**
 * Limits on model calls themselves, because one task of a run makes one call or hundreds. It waits in LangChain's
 * callbacks, which every call goes through, also of a model that tools or a schema were bound to.
 */
export function createCallGate(limits: CallLimits): CallGate {
  const { concurrency, perMinute, budget = {}, signal } = limits;
  const turns = new PQueue({
    concurrency,
    // Strict: the default counts from fixed moments, and lets two begin right before and after one.
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
      // Not thrown: LangChain writes what a handler throws to the process's standard error, once for each call.
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
  const handler = new GateHandler(begin, finish);
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

/** The start is awaited, and what it throws ends the call before it is made. */
class GateHandler extends BaseCallbackHandler {
  readonly name = "call-gate";
  override readonly awaitHandlers = true;
  override readonly raiseError = true;
  readonly #begin: (runId: string) => Promise<void>;
  readonly #finish: (runId: string, usage: Usage) => void;

  constructor(
    begin: (runId: string) => Promise<void>,
    finish: (runId: string, usage: Usage) => void,
  ) {
    super();
    this.#begin = begin;
    this.#finish = finish;
  }

  override handleChatModelStart(_model: Serialized, _messages: BaseMessage[][], runId: string) {
    return this.#begin(runId);
  }

  override handleLLMEnd({ generations }: LLMResult, runId: string) {
    const [generation] = generations[0] ?? [];
    const message = generation !== undefined && "message" in generation ? generation.message : null;
    const isAnswer = isBaseMessage(message) && AIMessage.isInstance(message);
    this.#finish(runId, usageOfCall(isAnswer ? message : {}));
  }

  override handleLLMError(_error: unknown, runId: string) {
    this.#finish(runId, usageOfCall({}));
  }
}

function tokensOf({ tokens }: Usage): number {
  return tokens.in + tokens.out;
}
