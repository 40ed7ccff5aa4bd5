import { z } from "zod";
import { storableText } from "../domain/text/storable-text.js";

const searchSchema = z.object({
  query: z.object({ search: z.array(z.object({ title: z.string() })) }),
});
const pagesSchema = z.object({
  query: z.object({ pages: z.record(z.string(), z.object({ extract: z.string().optional() })) }),
});
/** MediaWiki reports a rejected request with status 200. */
const refusalSchema = z.object({ error: z.object({ info: z.string() }) });

export interface WikipediaClientOptions {
  readonly baseUrl: string;
  readonly topK: number;
  readonly maxChars: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/**
 * The two requests of `WikipediaQueryRun`, with results in its shapes: a search for titles, and the text of one page.
 * `readPage` gives null for a page without text, which it then leaves out.
 */
export function createWikipediaClient({
  baseUrl,
  topK,
  maxChars,
  userAgent,
  signal,
}: WikipediaClientOptions) {
  let pages = topK;

  async function ask<T>(parameters: Record<string, string>, schema: z.ZodType<T>): Promise<T> {
    const query = new URLSearchParams({ action: "query", format: "json", ...parameters });
    const host = new URL(baseUrl).host;
    const response = await fetch(`${baseUrl}?${query.toString()}`, {
      signal,
      headers: { "user-agent": userAgent, accept: "application/json" },
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`${host} answered with status ${response.status}.`);
    const json = parseJson(body);
    const refusal = refusalSchema.safeParse(json);
    if (refusal.success) throw new Error(`${host} refused the search: ${refusal.data.error.info}`);
    const answer = schema.safeParse(json);
    if (answer.success) return answer.data;
    throw new Error(`${host} did not answer as a MediaWiki API does.`);
  }

  return {
    async search(words: string) {
      const found = await ask(
        { list: "search", srsearch: words, srlimit: String(topK) },
        searchSchema,
      );
      pages = Math.max(1, Math.min(topK, found.query.search.length));
      return found;
    },
    async readPage(title: string) {
      const { query } = await ask(
        { prop: "extracts", explaintext: "true", redirects: "1", titles: title },
        pagesSchema,
      );
      const extract = Object.values(query.pages)[0]?.extract?.trim() ?? "";
      // Without the page's heading and the blank line before the next page, so that the last page is not cut twice.
      const room = Math.floor(maxChars / pages) - title.length - "Page: \nSummary: \n\n".length;
      return extract === "" ? null : { extract: storableText(extract, Math.max(0, room)) };
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
