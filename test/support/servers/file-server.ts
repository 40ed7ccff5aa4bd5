import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  readonly body: Buffer;
  /** Stands for this body: a part is sent only to who names it. None: the whole is always sent. */
  readonly etag?: string;
  /** Sends so many bytes of the whole file, and cuts the connection when `until` says so. */
  readonly cut?: { readonly after: number; readonly until: () => Promise<unknown> };
  /** Announces no length, and answers no HEAD. */
  readonly unsized?: true;
  /** The length that HEAD announces, if not the true one. */
  readonly announced?: number;
}

/** A server of files on the loopback; `files` may change while it runs. What it does not hold is a 404. */
export async function startFileServer(files: Map<string, ServedFile>) {
  /** `GET /path`, with ` from 17` where a part was sent. */
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end("not here");
    const { body, etag, cut, unsized, announced = body.length } = file;
    const tag = etag === undefined ? {} : { etag };
    if (request.method === "HEAD")
      return void (unsized === true
        ? response.writeHead(405).end()
        : response.writeHead(200, { ...tag, "content-length": announced }).end());
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const isPart = from > 0 && etag !== undefined && request.headers["if-range"] === etag;
    sent.push(`GET ${path}${isPart ? ` from ${from}` : ""}`);
    if (isPart) {
      const range = `bytes ${from}-${body.length - 1}/${body.length}`;
      response.writeHead(206, { ...tag, "content-range": range });
      return void response.end(body.subarray(from));
    }
    const length = unsized === true ? {} : { "content-length": body.length };
    response.writeHead(200, { ...tag, ...length });
    if (cut === undefined) return void response.end(body);
    response.write(body.subarray(0, cut.after));
    void cut.until().finally(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
