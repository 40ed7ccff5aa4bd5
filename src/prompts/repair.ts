import { defineTemplate } from "./template.js";

/** Asks once more after an answer that did not fit: what was wrong with it, and what is expected. */
export const repairPrompt = defineTemplate(`Your last answer could not be used: {{problem}}

Answer the request again. Reply with one JSON object only, without a code fence and without any other words. It must fit this JSON schema:
{{schema}}`);

/** Added to a request where the provider cannot be given the schema itself. */
export const schemaPrompt =
  defineTemplate(`Reply with one JSON object only, without a code fence and without any other words. It must fit this JSON schema:
{{schema}}`);
