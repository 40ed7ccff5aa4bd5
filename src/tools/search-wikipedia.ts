import { tool, type ToolRunnableConfig } from "@langchain/core/tools";
import { z } from "zod";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../system/errors.js";
import { quoteBlock, unquoted } from "../prompts/quote.js";
import { searchWikipediaCard, toolArguments } from "../prompts/agent/tool-cards.js";
import { wikipediaEmptyPrompt } from "../prompts/agent/tool-results.js";
import { createWikipediaClient } from "./wikipedia-client.js";
import { declareOwnQuoting } from "./tool-message.js";
import type { OptionalFeature } from "../system/optional-package.js";
import { TimeLimitError, withTimeLimit } from "../system/time-limit.js";

export interface SearchWikipediaOptions {
  /** Address of a MediaWiki `api.php`; that of the language's Wikipedia unless given. */
  readonly baseUrl?: string;
  /** The Wikipedia's language code, as in its host name. */
  readonly language?: string;
  /** Most pages returned. */
  readonly topK?: number;
  /** Most text returned, in UTF-16 units, shared evenly by the pages. */
  readonly maxChars?: number;
  /** For the whole search, all its requests together. */
  readonly timeoutMs?: number;
  /** Wikimedia asks every client to name itself and a contact. */
  readonly userAgent?: string;
}

const searchArguments = z.object({
  query: z.string().trim().min(1).describe(toolArguments.wikipediaQuery),
});

/** The agent has the tool where this is installed. */
export const wikipediaFeature: OptionalFeature = {
  what: "The tool search_wikipedia",
  packages: ["@langchain/community"],
  // Its own choice of `@langchain/classic` needs Node 22, and without our core npm finds it one that is too old.
  alongside: ["@langchain/classic", "@langchain/core"],
};

/** MediaWiki refuses a longer search. */
const maxQueryLength = 300;

/**
 * The tool `search_wikipedia`: LangChain's `WikipediaQueryRun` with a time limit, stopped by the run's signal. Its result
 * is plain text between tags that the text cannot close.
 *
 * @throws {PersonaAgentError} `config-tool-invalid` for an invalid option. A failed search throws an `Error` that says
 *   why.
 */
export function createSearchWikipedia({
  language = "en",
  baseUrl = wikipediaAddress(language),
  topK = 3,
  maxChars = 4_000,
  timeoutMs = 8_000,
  userAgent = "persona-agent (LangGraph agent)",
}: SearchWikipediaOptions = {}) {
  const source = parseAddress(baseUrl).host;
  for (const [option, value] of Object.entries({ topK, maxChars, timeoutMs }))
    if (!Number.isInteger(value) || value < 1)
      throw invalid(
        `The Wikipedia option ${option} is ${value}; expected a whole number, 1 or more. Correct it or leave it out.`,
      );

  async function searchWikipedia(
    { query }: z.output<typeof searchArguments>,
    config: ToolRunnableConfig,
  ): Promise<string> {
    const words = storableText(query, maxQueryLength);
    const { WikipediaQueryRun } = await import("@langchain/community/tools/wikipedia_query_run");
    const search = (signal: AbortSignal) => {
      const options = { baseUrl, topKResults: topK, maxDocContentLength: maxChars };
      const wikipedia = new WikipediaQueryRun(options);
      // It takes neither a signal nor headers, lets the first page use up all the text, and reports a failed request
      // without its reason. So we replace its two requests. If it renames them, its own run, within the time limit.
      const client = createWikipediaClient({ baseUrl, topK, maxChars, userAgent, signal });
      Object.assign(wikipedia, { _fetchSearchResults: client.search, _fetchPage: client.readPage });
      return wikipedia._call(words);
    };
    try {
      const text = await withTimeLimit(search, { timeoutMs, signal: config.signal });
      return text.startsWith("Page: ")
        ? quoteBlock("search_results", unquoted(storableText(text, maxChars)))
        : wikipediaEmptyPrompt.render({ source, query: unquoted(words) });
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      const message = `${source} did not answer within ${timeoutMs / 1_000} seconds.`;
      throw new Error(message, { cause: error });
    }
  }
  return declareOwnQuoting(
    tool(searchWikipedia, {
      name: "search_wikipedia",
      description: searchWikipediaCard,
      schema: searchArguments,
    }),
  );
}

function wikipediaAddress(language: string): string {
  if (!/^[a-z]{2,12}(?:-[a-z]{2,12})*$/.test(language))
    throw invalid(
      `The Wikipedia language ${JSON.stringify(language)} is not valid; expected a code as in its host name, such as en, de or zh-yue. Correct \`language\`, or give \`baseUrl\`.`,
    );
  return `https://${language}.wikipedia.org/w/api.php`;
}

function parseAddress(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "")
    return url;
  throw invalid(
    `The Wikipedia address ${JSON.stringify(baseUrl)} is not valid; expected the http(s) address of a MediaWiki api.php, such as https://en.wikipedia.org/w/api.php. Correct \`baseUrl\`.`,
  );
}

function invalid(message: string) {
  return new PersonaAgentError("config-tool-invalid", message);
}
