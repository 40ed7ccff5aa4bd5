import { z } from "zod";
import { profileSchema } from "../../domain/profile.js";
import { noUsage } from "../../domain/usage.js";
import { emptyRange } from "../call-range.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { openCaseMemory, presentAfter } from "../cases/case-memory.js";
import { drawCaseProfile, profileCalls } from "../cases/case-profile.js";
import { bothTools, caseTools } from "../cases/case-tools.js";
import { caseHistory } from "../cases/case-history.js";
import { createPersonaMemory } from "../cases/case-profile.js";
import { oneCall, recallSettings, toolCalls } from "../cases/recall-settings.js";
import type { Method } from "../method.js";
import { createRandom, seedFor, shuffled } from "../../system/seeded-random.js";

/** For a method that does nothing before a case's questions. */
const unprepared: Pick<Method, "preparationCalls" | "prepare"> = {
  preparationCalls: () => emptyRange,
  prepare: async () => ({ state: null, usage: noUsage, persona: null }),
};

/** The paper's plain prompt: the model answers knowing nothing of the user. */
const prompt: Method = {
  name: "prompt",
  summary: "The question alone.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open({ history }, _settings, deps) {
    return openCaseAgent({}, presentAfter(history), deps);
  },
};

/**
 * In-context learning: K interactions drawn at random, the same ones for all questions of a case. They are the user's
 * own. The paper counts ICL among the non-personalized methods and does not say where its examples come from; examples
 * of other users would tell it less than these.
 */
const icl: Method = {
  name: "icl",
  summary: "The question with interactions of the user drawn at random.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open(evalCase, settings, deps) {
    const history = caseHistory(evalCase, settings);
    const random = createRandom(seedFor(deps.seed, "icl", evalCase.set, evalCase.id));
    const drawn = shuffled(history, random).map((episode) => ({ episode, score: 0 }));
    const recall = {
      latest: async () => [],
      similar: async (_user: string, _query: string, limit: number) => ({
        recalled: drawn.slice(0, limit),
        degraded: [],
      }),
    };
    const view = { recall, settings: recallSettings(settings) };
    return openCaseAgent(view, presentAfter(history), deps);
  },
};

/** The interactions most like the question in the prompt, found by the persona agent's hybrid search. */
const rag: Method = {
  name: "rag",
  summary: "The question with the user's most similar interactions.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open(evalCase, settings, deps) {
    const { episodes, now } = await openCaseMemory(evalCase, settings, deps);
    const view = { recall: episodes, settings: recallSettings(settings) };
    return openCaseAgent(view, now, deps);
  },
};

const pagStateSchema = z.object({ profile: profileSchema.nullable() });

/** Profile-augmented generation: what `rag` has, and the user's profile. */
const pag: Method = {
  name: "pag",
  summary: "The question with the user's most similar interactions and a profile of the user.",
  callsPerQuestion: oneCall,
  preparationCalls: profileCalls,
  async prepare(evalCase, settings, deps) {
    const memory = await openCaseMemory(evalCase, settings, deps);
    const { profile, usage } = await drawCaseProfile(memory, createPersonaMemory().profiles, deps);
    return { state: { profile }, usage, persona: null };
  },
  async open(evalCase, settings, deps, state) {
    const { episodes, now } = await openCaseMemory(evalCase, settings, deps);
    const { profile } = pagStateSchema.parse(state);
    const view = { recall: episodes, profile, settings: recallSettings(settings) };
    return openCaseAgent(view, now, deps);
  },
};

/** A general agent: it knows nothing of the user but what it looks up with the persona agent's tools. */
const react: Method = {
  name: "react",
  summary: "The question alone, with tools that search the user's memory and Wikipedia.",
  callsPerQuestion: toolCalls,
  ...unprepared,
  async open(evalCase, settings, deps) {
    const { episodes, now } = await openCaseMemory(evalCase, settings, deps);
    const tools = caseTools(bothTools, { episodes }, settings, deps);
    return openCaseAgent({ tools, settings: recallSettings(settings) }, now, deps);
  },
};

/** The paper's baselines that keep no memory of their own. */
export const baselines: readonly Method[] = [prompt, icl, rag, pag, react];
