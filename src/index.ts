export { type RunContext, runConfigSchema } from "./config/turn-settings.js";
export type { Episode, Feedback } from "./domain/episode.js";
export type { PersonaCheckpoint, PersonaLine } from "./domain/persona/persona-checkpoint.js";
export { diffPersona, type PersonaDiff } from "./domain/persona/persona-diff.js";
export {
  personaVersionStatuses,
  type PersonaVersionStatus,
} from "./domain/persona/version-history.js";
export type { UserLocale } from "./domain/locale.js";
export type { ReviewAnswer, ReviewRequest } from "./domain/persona/review-request.js";
export type { Profile, ProfileStatement } from "./domain/profile.js";
export type { Usage } from "./domain/usage.js";
export { PersonaAgentError, type PersonaAgentErrorCode } from "./system/errors.js";
export type { AgentGraph } from "./graph/agent.js";
export type { AskedMessage, AskOptions, TurnResult } from "./app/ask.js";
export type { RecalledText, TurnReasons } from "./app/explain-turn.js";
export type { AlignmentResult, AlignOptions, AlignSettings } from "./app/alignment-runs/aligner.js";
export type { AlignmentOverview } from "./app/alignment-runs/alignment-overview.js";
export { callVerb } from "./app/verbs/call-verb.js";
export type { UserHolding } from "./app/verbs/erase-user.js";
export type { VerbHooks, VerbProgress } from "./app/verbs/verb-hooks.js";
export { type VerbInput, type VerbName, type VerbOutput, verbs } from "./contract/verbs.js";
export type { UserArchive } from "./domain/user-archive.js";
export { createPersonaAgent } from "./app/create-persona-agent.js";
export type { PersonaAgent, PersonaAgentOptions } from "./app/persona-agent.js";
export type { AgentEnvironment } from "./app/embedded-services.js";
export { type OpenAgent, type OpenOptions, openPersonaAgent } from "./app/open-persona-agent.js";
export type { FeedbackGraph } from "./graph/feedback.js";
export type { ReflectionGraph } from "./graph/reflection.js";
export type { FeedbackGiven, FeedbackResult } from "./app/give-feedback.js";
export type { ReflectionResult, ReflectOptions } from "./app/reflect.js";
export { createChromaIndex, type ChromaIndexOptions } from "./memory/chroma/chroma-index.js";
export type {
  EpisodeIndex,
  IndexBounds,
  IndexEntry,
  IndexHit,
} from "./memory/index/episode-index.js";
export type {
  AskedDay,
  EpisodicMemory,
  Recall,
  RecallBounds,
} from "./memory/episodes/episodic-memory.js";
export { createInProcessIndex } from "./memory/index/in-process-index.js";
export type { Memory } from "./memory/memory.js";
export type { LocaleStore } from "./memory/personas/locale-store.js";
export type { PersonaLog } from "./memory/personas/persona-log.js";
export {
  type RestoredPersona,
  restorePersona,
  type RestorePersonaOptions,
} from "./memory/personas/restore-persona.js";
export type { ProfileLog } from "./memory/personas/profile-log.js";
export { loadChatModel } from "./model/load-chat-model.js";
export { type LoadedEmbeddings, loadEmbeddings } from "./model/load-embeddings.js";
export { OfflineChatModel } from "./model/offline/offline-chat-model.js";
export { OfflineEmbeddings } from "./model/offline/offline-embeddings.js";
export type { AgentEvent } from "./state/agent-event.js";
export type { AlignmentEvent } from "./state/alignment-event.js";
export type { AgentState } from "./state/agent-state.js";
