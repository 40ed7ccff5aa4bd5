import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type BaseCheckpointSaver, InMemoryStore } from "@langchain/langgraph-checkpoint";
import { parseInstructions } from "../config/instructions.js";
import type { RunConfig } from "../config/turn-settings.js";
import type { AlignmentStatus } from "../domain/alignment/alignment-status.js";
import type { Usage } from "../domain/usage.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { isInstalled, requireInstalled } from "../system/optional-package.js";
import { buildAgent } from "../graph/agent.js";
import { buildFeedback, type FeedbackGraph } from "../graph/feedback.js";
import { buildReflection, type ReflectionGraph } from "../graph/reflection.js";
import { withKeptSteps } from "../graph/kept-steps.js";
import { withStepLimit } from "../graph/step-limit.js";
import { withThreadGuard } from "../graph/thread-guard.js";
import { withVisits } from "../graph/with-visits.js";
import { withTraceLabels } from "../graph/trace-labels.js";
import { createInProcessIndex } from "../memory/index/in-process-index.js";
import { onlyUsersOwn, withUsersWord } from "../memory/episodes/evidence.js";
import { createMemory, type MemoryWithUserData } from "../memory/memory.js";
import { loadChatModel } from "../model/load-chat-model.js";
import { OfflineChatModel } from "../model/offline/offline-chat-model.js";
import { OfflineEmbeddings } from "../model/offline/offline-embeddings.js";
import {
  createScheduleAlignment,
  type RequestAlignment,
} from "../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../nodes/agent/schedule-reflection.js";
import { buildProfile } from "../nodes/draw-profile.js";
import { refreshProfile } from "../nodes/update-profile.js";
import { createRecallMemory } from "../tools/recall-memory.js";
import { createSearchWikipedia, wikipediaFeature } from "../tools/search-wikipedia.js";
import { createToolRegistry } from "../tools/tool-registry.js";
import {
  checkAgentOptions,
  expectAgentNames,
  expectIndexOfEmbeddings,
} from "./check-agent-options.js";
import { createBackgroundScheduler } from "./alignment-runs/background-scheduler.js";
import { createAlignment } from "./alignment-runs/create-alignment.js";
import { readAlignmentOverview } from "./alignment-runs/alignment-overview.js";
import { createTurnReads } from "../nodes/agent/turn-reads.js";
import { withThoroughDeletion } from "./thorough-deletion.js";
import { interactionDeleted } from "./alignment-runs/run-lease.js";
import { isAbandoned } from "./alignment-runs/run-owner.js";
import type { AgentState } from "../state/agent-state.js";
import { askGraph, textOfLast } from "./ask.js";
import { explainTurn } from "./explain-turn.js";
import { giveFeedback } from "./give-feedback.js";
import { createReflector } from "./reflect.js";
import { untilClosed } from "./until-closed.js";
import { threadsIn } from "./verbs/saved-threads.js";
import { showEpisode } from "./verbs/shown-episode.js";
import { createUserVerbs, type UserVerbsDeps } from "./verbs/user-verbs.js";
import type { PersonaAgent, PersonaAgentOptions, ProfileCallOptions } from "./persona-agent.js";

/**
 * Creates an agent from its parts. Without options it runs in this process alone, on the offline model, and keeps
 * nothing after the end of the process.
 *
 * @throws {PersonaAgentError} `config-invalid` for options that contradict each other, `config-tool-invalid`.
 *
 * @example
 * const agent = createPersonaAgent();
 * await agent.ask("ada", "I never eat meat.");
 * const { answer } = await agent.ask("ada", "What did I say about meat?");
 */
export function createPersonaAgent(options: PersonaAgentOptions = {}): PersonaAgent {
  const {
    now = () => new Date(),
    store = new InMemoryStore(),
    checkpointer,
    toolTimeoutMs = 30_000,
    backgroundAlignment = true,
    backgroundReflection = true,
  } = options;
  expectAgentNames(options, {}, "`createPersonaAgent`");
  checkAgentOptions(options);
  expectIndexOfEmbeddings(options, makeAnIndex);
  const offline = new OfflineEmbeddings();
  const index =
    options.index ??
    createInProcessIndex({ name: `offline-${offline.version}`, dimensions: offline.dimensions });
  const stored = createMemory({
    store,
    embeddings: options.embeddings ?? offline,
    index,
    now,
    ...(options.onMemoryError && { onIndexError: options.onMemoryError }),
  });
  const memory = withThoroughDeletion(stored, (userId, reason) => stopRun(userId, reason));
  const authors = new Set(options.feedbackAuthors);
  const recalled = {
    ...memory,
    episodes: withUsersWord(memory.episodes, (author) => authors.has(author)),
  };
  const learnedFrom = { ...memory, episodes: onlyUsersOwn(recalled.episodes) };
  const wikipedia = wikipediaFeature.packages.every(isInstalled)
    ? [createSearchWikipedia(options.wikipedia)]
    : [];
  const registry = createToolRegistry([
    createRecallMemory(recalled),
    ...wikipedia,
    ...(options.tools ?? []),
  ]);
  const toolsFor = (config: ToolChoice) => {
    const allowed = allowedTools(config, options);
    // The paper's agent has both tools.
    if (allowed?.includes("search_wikipedia") ?? config.mode === "paper")
      requireInstalled(wikipediaFeature);
    return registry.select({ allowed });
  };
  const simulationTools = pickSimulationTools(options);
  const { modelFor, modelName, alignmentModelFor } = chooseModels(options);
  warnOfOwnTools(options);
  const instructions = parseInstructions(options.instructions ?? "", "`instructions`");

  const requestInBackground: RequestAlignment = (...request) => background.request(...request);
  const scheduling = {
    isAbandoned: (status: AlignmentStatus) => isAbandoned(status, now()),
    requestAlignment:
      unlessErased(options.requestAlignment) ??
      (backgroundAlignment === false ? undefined : requestInBackground),
  };
  const reflectInBackground: RequestReflection = (...request) => reflections.request(...request);
  const requestReflection =
    unlessErased(options.requestReflection) ??
    (backgroundReflection === false ? undefined : reflectInBackground);
  /** A job names its user, so none that was requested before an erasure may stay after it. */
  function unlessErased<Settings>(request?: (userId: string, settings: Settings) => Promise<void>) {
    const { userJobs } = options;
    if (request === undefined || userJobs === undefined) return request;
    return async (userId: string, settings: Settings) => {
      await request(userId, settings);
      if (await memory.visits.isOutdated(userKey(userId))) await userJobs.delete(userId);
    };
  }
  const turnDeps = { ...recalled, ...scheduling, requestReflection };
  const modelNameFor = ({ models }: Pick<RunConfig, "models">) => models.agent ?? modelName;
  const turnReads = createTurnReads({ ...recalled, now }, memory.visits);
  const builder = buildAgent({
    ...turnDeps,
    turnReads,
    modelFor,
    modelNameFor,
    toolsFor,
    toolTimeoutMs,
    instructions,
    now,
  });
  const compile = (parts: { readonly checkpointer?: BaseCheckpointSaver }) =>
    withVisits(
      withKeptSteps(
        withThreadGuard(
          withTraceLabels(
            withStepLimit(builder.compile({ name: "agent", store, ...parts })),
            modelName,
          ),
        ),
      ),
      memory.visits,
      turnReads.begin,
    );
  const graph = compile({ ...(checkpointer && { checkpointer }) });
  // With a checkpointer LangGraph refuses a run without a thread, so turns without a thread have a graph of their own.
  const threadless = compile({});
  const compileSmall = <Graph extends FeedbackGraph | ReflectionGraph>(
    built: Graph,
    name: string,
  ) =>
    withVisits(
      withThreadGuard(withTraceLabels(built, modelName, `persona-agent ${name}`)),
      memory.visits,
    );
  const feedbackBuilder = buildFeedback({ ...learnedFrom, ...scheduling, now });
  const reflectionBuilder = buildReflection({
    ...learnedFrom,
    ...scheduling,
    alignmentModelFor,
    now,
  });
  const makeFeedback = () =>
    compileSmall(feedbackBuilder.compile({ name: "feedback", store }), "feedback");
  const makeReflection = () =>
    compileSmall(reflectionBuilder.compile({ name: "reflection", store }), "reflection");
  // A LangGraph server puts its checkpointer into the graphs that it has run, which then refuse a run without a thread.
  const [feedbackGraph, reflectionGraph] = [makeFeedback(), makeReflection()];
  const [ownFeedback, reflect] = [makeFeedback(), createReflector(makeReflection())];
  const { alignmentGraph, aligner, stopRun, ...alignment } = createAlignment({
    memory: learnedFrom,
    visits: memory.visits,
    store,
    checkpointer,
    modelFor,
    modelName,
    alignmentModelFor,
    registryOver: (before) =>
      createToolRegistry([createRecallMemory(before), ...wikipedia, ...simulationTools]),
    toolNamesFor: (config) => toolsFor(config).map(({ name }) => name),
    toolTimeoutMs,
    instructions,
    now,
  });
  const background = createBackgroundScheduler({
    run: aligner.align,
    ...(typeof backgroundAlignment === "object" && backgroundAlignment),
  });
  const reflections = createBackgroundScheduler({
    run: reflect,
    isDebounced: true,
    ...(typeof backgroundReflection === "object" && backgroundReflection),
  });

  const profileOptions = ({ model, signal, ...limits }: ProfileCallOptions = {}) => ({
    ...learnedFrom,
    ...limits,
    config: signal && { signal },
    model: alignmentModelFor(model).model,
    modelName: alignmentModelFor(model).name,
    now: () => now().toISOString(),
  });

  const { align, review, pendingReview } = aligner;
  const status: PersonaAgent["status"] = (userId, alignAfter, settings) =>
    readAlignmentOverview(userId, { memory, jobs: options.userJobs, now }, alignAfter, settings);
  const statusWith: UserVerbsDeps["statusWith"] = (userId, jobs) =>
    readAlignmentOverview(userId, { memory, jobs, now });
  const feedback: PersonaAgent["feedback"] = (userId, given) =>
    giveFeedback({ graph: ownFeedback, memory }, userId, given);
  const visiting = <Result>(userId: string, work: () => Promise<Result>) =>
    memory.visits.within(userKey(userId), work);
  const drawing = <Drawn extends { readonly usage: Usage }>(
    userId: string,
    call: ProfileCallOptions | undefined,
    draw: typeof buildProfile | typeof refreshProfile,
  ) =>
    visiting(userId, async () => {
      const model = alignmentModelFor(call?.model).name;
      const drawn = (await draw(userId, profileOptions(call))) as unknown as Drawn;
      const spent = { kind: "profile", model, usage: drawn.usage } as const;
      await memory.spending.add(userId, spent, now().toISOString());
      return drawn;
    });
  const updateProfile: PersonaAgent["refreshProfile"] = async (userId, call) =>
    drawing(userId, call, refreshProfile);
  const scheduleAlignment = createScheduleAlignment({ ...learnedFrom, ...scheduling });
  const savers = new Set([alignment.checkpointer, ...(checkpointer ? [checkpointer] : [])]);
  const verbs = createUserVerbs({
    memory,
    index,
    instructions,
    feedback,
    scheduleAlignment: (userId) => scheduleAlignment({ degraded: [] }, { context: { userId } }),
    statusWith,
    prices: options.prices ?? {},
    now,
    refreshProfile: updateProfile,
    jobs: options.userJobs,
    holdings: [...[...savers].map(threadsIn), ...(options.userHoldings ?? [])],
    async stopAll(userId) {
      stopRun(userId, interactionDeleted);
      await reflections.settled(userId);
      await background.settled(userId);
      await aligner.settled(userId);
    },
  });

  return untilClosed({
    instructions,
    ...verbs,
    graph,
    alignmentGraph,
    feedbackGraph,
    reflectionGraph,
    reflect,
    // Without what takes a user out of it as a whole, which has to end what is under way first.
    memory: learnedMemory(memory),
    align,
    review,
    pendingReview,
    status,
    feedback,
    async ask(userId, message, turn) {
      const explain = (state: AgentState) =>
        explainTurn(textOfLast(message), state, async (id) => {
          const episode = await memory.episodes.get(userId, id);
          return episode && showEpisode(episode);
        });
      if (turn?.threadId === undefined || typeof message === "object")
        return askGraph(threadless, userId, message, turn, explain);
      if (checkpointer !== undefined) return askGraph(graph, userId, message, turn, explain);
      throw new PersonaAgentError(
        "config-invalid",
        "A thread was named, but this agent keeps none; expected a checkpointer. Give `createPersonaAgent` one, or leave `threadId` out.",
      );
    },
    buildProfile: async (userId, call) => drawing(userId, call, buildProfile),
    refreshProfile: updateProfile,
    async close() {
      // A reflection may still request an alignment.
      await reflections.close();
      await background.close();
      await memory.episodes.settled();
    },
  });
}

const makeAnIndex =
  "Give one too, such as `createInProcessIndex({ name, dimensions })`, or `createChromaIndex`.";

function learnedMemory(memory: MemoryWithUserData): PersonaAgent["memory"] {
  const { archives: _, erasure: __, unindexed: ___, ...rest } = memory;
  return rest;
}

const loadNamed = (name: string) => loadChatModel(name);

/** The models of turns and of alignments by their names in a run's settings; each named one is created once. */
function chooseModels(options: PersonaAgentOptions) {
  const { model: unnamed = loadChatModel("offline"), resolveModel = loadNamed } = options;
  const named = new Map<string, BaseChatModel>();
  const modelFor = (
    name: string | undefined,
    role: "agent" | "alignment" = "agent",
  ): BaseChatModel => {
    if (name === undefined) return unnamed;
    const key = `${role} ${name}`;
    const model = named.get(key) ?? resolveModel(name, role);
    named.set(key, model);
    return model;
  };
  const modelName = options.modelName ?? unnamed._llmType();
  const { alignmentModel } = options;
  const alignmentModelFor = (name: string | undefined) =>
    name === undefined && alignmentModel !== undefined
      ? { model: alignmentModel, name: options.alignmentModelName ?? alignmentModel._llmType() }
      : { model: modelFor(name, "alignment"), name: name ?? modelName };
  return { modelFor, modelName, alignmentModelFor };
}

/** Nobody else would say so: the turn answers, and the tool is never called. */
function warnOfOwnTools({ model, tools = [] }: PersonaAgentOptions) {
  if (tools.length === 0 || (model !== undefined && !(model instanceof OfflineChatModel))) return;
  const names = tools.map(({ name }) => name).join(", ");
  process.emitWarning(
    `The offline model calls only recall_memory and search_wikipedia, and never tools of your own (${names}). Give a model that can call tools.`,
    "PersonaAgentWarning",
  );
}

/** The application's tools that a simulation may call. */
function pickSimulationTools({ tools = [], simulationTools = [] }: PersonaAgentOptions) {
  const unknown = simulationTools.find((wanted) => !tools.some(({ name }) => name === wanted));
  if (unknown !== undefined)
    throw new PersonaAgentError(
      "config-tool-invalid",
      `simulationTools names ${JSON.stringify(unknown)}; expected names of the given tools. Correct it or leave it out.`,
    );
  return tools.filter(({ name }) => simulationTools.includes(name));
}

type ToolChoice = Pick<RunConfig, "userId" | "allowedTools"> & Partial<Pick<RunConfig, "mode">>;

/** The tools that the user may use, narrowed by the run's settings; `undefined` for no limit. */
function allowedTools(
  config: ToolChoice,
  { allowedToolsFor }: PersonaAgentOptions,
): readonly string[] | undefined {
  const requested = config.allowedTools;
  const granted = allowedToolsFor?.(parseUserId(config.userId));
  if (granted === undefined || requested === undefined) return granted ?? requested;
  return requested.filter((name) => granted.includes(name));
}
