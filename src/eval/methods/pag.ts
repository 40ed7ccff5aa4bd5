import { z } from "zod";
import { profileSchema } from "../../domain/profile.js";
import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { openCaseMemory } from "../cases/case-memory.js";
import { drawCaseProfile, profileCalls } from "../cases/case-profile.js";
import { createPersonaMemory } from "../cases/persona-memory.js";
import { recallSettings } from "../cases/recall-settings.js";
import { oneCall } from "./unprepared.js";

const stateSchema = z.object({ profile: profileSchema.nullable() });

/** Profile-augmented generation: what `rag` has, and the user's profile. */
export const pag: Method = {
  name: "pag",
  summary: "The question with the user's most similar interactions and a profile of the user.",
  callsPerQuestion: oneCall,
  preparationCalls: profileCalls,
  async prepare(given, settings, deps) {
    const memory = await openCaseMemory(given, settings, deps);
    const { profile, usage } = await drawCaseProfile(memory, createPersonaMemory().profiles, deps);
    return { state: { profile }, usage, persona: null };
  },
  async open(given, settings, deps, state) {
    const { episodes, now } = await openCaseMemory(given, settings, deps);
    const { profile } = stateSchema.parse(state);
    const view = { recall: episodes, profile, settings: recallSettings(settings) };
    return openCaseAgent(view, now, deps);
  },
};
