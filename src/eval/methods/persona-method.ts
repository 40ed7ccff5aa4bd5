import { z } from "zod";
import {
  initialPersona,
  personaCheckpointSchema,
  type PersonaCheckpoint,
} from "../../domain/persona/persona-checkpoint.js";
import { profileSchema, profileSummary, type Profile } from "../../domain/profile.js";
import { addUsage, noUsage } from "../../domain/usage.js";
import { renderPaperPersona } from "../../prompts/agent/system-message.js";
import { addRanges, emptyRange } from "../call-range.js";
import { alignCase, alignmentCalls, type PersonaParts } from "../cases/align-case.js";
import type { Method } from "../method.js";
import { noRecall, openCaseAgent } from "../cases/case-agent.js";
import { openCaseMemory } from "../cases/case-memory.js";
import { drawCaseProfile, profileCalls } from "../cases/case-profile.js";
import { caseTools } from "../cases/case-tools.js";
import { caseUser } from "../cases/case-user.js";
import { controlScores } from "../cases/control-scores.js";
import { simulatedScores } from "../cases/simulated-scores.js";
import { createPersonaMemory } from "../cases/case-profile.js";
import { oneCall, recallSettings, toolCalls } from "../cases/recall-settings.js";

const stateSchema = z.object({
  profile: profileSchema.nullable(),
  persona: personaCheckpointSchema,
});

/** The persona agent with these of its parts. */
export function personaMethod(name: string, summary: string, parts: PersonaParts): Method {
  const { mode, tools, alignment } = parts;
  return {
    name,
    summary,
    callsPerQuestion: tools.length === 0 ? oneCall : toolCalls,
    preparationCalls(evalCase, settings) {
      const profile = parts.profile ? profileCalls(evalCase) : emptyRange;
      return addRanges(profile, alignmentCalls(evalCase, settings, parts));
    },
    async prepare(evalCase, settings, deps) {
      const memory = await openCaseMemory(evalCase, settings, deps);
      const learned = createPersonaMemory();
      const { profile, usage } = parts.profile
        ? await drawCaseProfile(memory, learned.profiles, deps)
        : { profile: null, usage: noUsage };
      const aligned =
        alignment === null
          ? { usage: noUsage, notStarted: null }
          : await alignCase(memory, learned, settings, parts, deps);
      const simulated = simulatedScores(evalCase, await learned.personas.history(caseUser));
      // Its critiques quote true answers, and nothing in a turn needs them.
      const persona = { ...(await learned.personas.head(caseUser)), alignment: null };
      return {
        state: { profile, persona },
        usage: addUsage(usage, aligned.usage),
        persona: {
          before: entriesOf(mode, profile, initialPersona),
          after: entriesOf(mode, profile, persona),
          ...(aligned.notStarted !== null && { notAligned: aligned.notStarted }),
          ...(simulated.length > 0 && {
            simulated: simulated.map(({ score }) => score),
            control: controlScores(
              evalCase,
              simulated.map(({ episodeId }) => episodeId),
            ),
          }),
        },
      };
    },
    async open(evalCase, settings, deps, state) {
      const { episodes, now } = await openCaseMemory(evalCase, settings, deps);
      const { profile, persona } = stateSchema.parse(state);
      return openCaseAgent(
        {
          recall: parts.recall ? episodes : noRecall,
          profile,
          persona,
          tools: caseTools(tools, { episodes }, settings, deps),
          settings: { mode, ...recallSettings(settings) },
        },
        now,
        deps,
      );
    },
  };
}

/** The persona as a report shows it: profile and learned lines. The fixed rules are the same for all. */
function entriesOf(
  mode: PersonaParts["mode"],
  profile: Profile | null,
  { lines, paperSystemPrompt }: PersonaCheckpoint,
): string[] {
  const summary = profileSummary(profile);
  const text =
    mode === "paper"
      ? renderPaperPersona({ summary, lines, paperSystemPrompt })
      : [
          summary,
          ...lines.map(({ text: line, tool }) => `- ${tool === null ? "" : `${tool}: `}${line}`),
        ].join("\n");
  return text.split("\n").filter((entry) => entry.trim() !== "");
}
