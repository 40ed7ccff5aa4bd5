import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface WikiPage {
  readonly title: string;
  /** Absent: a page of a wiki without the TextExtracts extension. */
  readonly extract?: string;
}

/** How the server behaves: as MediaWiki does, or as it does on a bad day. */
export type WikiMood = "well" | "fails" | "maintenance" | "stalls" | "refuses" | "other-json";

/** A loopback MediaWiki API (`action=query`, `list=search` and `prop=extracts`, format version 1). */
export async function startMediaWikiServer(pages: readonly WikiPage[]) {
  const requests: { query: Record<string, string>; userAgent: string }[] = [];
  let letGo: () => void = () => undefined;
  const stalledRequestClosed = new Promise<void>((resolve) => (letGo = resolve));
  let mood: WikiMood = "well";

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://loopback");
    const query = Object.fromEntries(url.searchParams);
    requests.push({ query, userAgent: request.headers["user-agent"] ?? "" });
    response.setHeader("content-type", "application/json; charset=utf-8");
    switch (mood) {
      case "well":
        return send(response, query["list"] === "search" ? search(query) : extracts(query));
      case "fails":
        response.statusCode = 500;
        return send(response, {});
      case "maintenance":
        response.setHeader("content-type", "text/html");
        response.end("<!DOCTYPE html><title>Wikimedia Error</title>");
        return undefined;
      case "stalls":
        response.write('{"batch');
        response.once("close", letGo);
        return undefined;
      case "refuses":
        return send(response, {
          error: {
            code: "ratelimited",
            info: "You've exceeded your rate limit.",
            "*": "See docs.",
          },
          servedby: "mw-api-ext",
        });
      case "other-json":
        return send(response, { hello: "world" });
    }
  });

  function search({ srsearch = "", srlimit = "10" }: Record<string, string>) {
    const words = srsearch.toLowerCase().split(/\W+/u).filter(Boolean);
    const found = pages.filter(({ title, extract = "" }) =>
      words.some((word) => `${title} ${extract}`.toLowerCase().includes(word)),
    );
    return {
      batchcomplete: "",
      query: {
        searchinfo: { totalhits: found.length },
        search: found.slice(0, Number(srlimit)).map(({ title }, index) => ({
          ns: 0,
          title,
          pageid: 100 + index,
          size: 5000,
          wordcount: 700,
          snippet: `<span class="searchmatch">${title}</span> is`,
          timestamp: "2026-01-02T03:04:05Z",
        })),
      },
    };
  }

  function extracts({ titles = "" }: Record<string, string>) {
    const page = pages.find(({ title }) => title === titles);
    const entry =
      page === undefined
        ? { "-1": { ns: 0, title: titles, missing: "" } }
        : { "736": { pageid: 736, ns: 0, ...page } };
    return { batchcomplete: "", query: { pages: entry } };
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/w/api.php`,
    host: `127.0.0.1:${port}`,
    requests,
    /** Resolves when the client has let go of a stalled request. */
    stalledRequestClosed,
    behave(next: WikiMood) {
      mood = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function send(response: ServerResponse, body: unknown): undefined {
  response.end(JSON.stringify(body));
}
