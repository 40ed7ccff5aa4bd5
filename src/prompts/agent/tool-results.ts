import { defineTemplate } from "../template.js";

/** What a model is told when a tool call could not be carried out. Reasons come in with our tags disarmed. */
export const toolFailedPrompt = defineTemplate(
  `The tool "{{name}}" failed: {{reason}}
Try it with other arguments, use another tool, or answer without it.`,
);

export const toolTimedOutPrompt = defineTemplate(
  `The tool "{{name}}" did not answer within {{seconds}} seconds and was stopped.
Ask it for less, use another tool, or answer without it.`,
);

export const toolArgumentsPrompt = defineTemplate(
  `The arguments do not fit the tool "{{name}}": {{reason}}
Expected arguments of this JSON schema: {{schema}}
Call the tool again with arguments that fit.`,
);

export const toolUnknownPrompt = defineTemplate(
  `There is no tool named "{{name}}" for this turn; expected one of: {{names}}.
Call one of these, or answer without a tool.`,
);

export const toolCommandPrompt = defineTemplate(
  `The tool "{{name}}" answered with a graph command, which is not carried out here.
Use another tool, or answer without it.`,
);

export const toolSilentPrompt = "The tool returned nothing.";

export const toolCutPrompt = defineTemplate(
  "\n[Cut here: {{shown}} of {{length}} characters are shown.]",
);

/** What stands for a part of a result that is not text. */
export const toolPartLeftOutPrompt = defineTemplate("[A part of type {{type}} is left out.]");

export const memoryEmptyPrompt =
  "No past interaction of the user was found for this search, apart from those that you were given already, if any. Other words or a wider time range may find one.";

export const memoryTooLongPrompt = defineTemplate(
  "{{count}} past interactions were found, but none is short enough to be shown. A smaller or more specific search may find a shorter one.",
);

/** Said with what was found when a search of memory did not work as it should. */
export const memoryDegradedPrompts = {
  "index-unavailable":
    "The search index could not be reached, so only the latest interactions were searched, by their words.",
  "index-rebuilding":
    "The search index is being rebuilt, so only the latest interactions were searched, by their words.",
  "embeddings-unavailable": "Interactions were searched by their words only, not by meaning.",
  "store-unavailable": "Memory could not be read completely.",
} as const;

export const wikipediaEmptyPrompt = defineTemplate(
  `Wikipedia ({{source}}) has nothing on "{{query}}". Other words may find something.`,
);

export const toolArgumentsUnreadablePrompt = defineTemplate(
  `The arguments for the tool "{{name}}" are not valid JSON: {{given}}
Call the tool again with one JSON object of arguments.`,
);
