import { userKey } from "../../domain/user-id.js";
import type { UserThreads } from "../verbs/erase-user.js";
import { ownServer } from "./server-request.js";

const pageSize = 100;

/**
 * The threads that the LangGraph server of this process keeps. A thread of a graph of ours names its owner in its state,
 * and one of a user's alignments or reflections in its metadata too, before the first run has a state.
 *
 * @param url - As in `ServerRequestDeps`.
 */
export function serverThreads(url: string | undefined): UserThreads {
  return {
    async find(userId) {
      const owner = userKey(userId);
      const found = new Set<string>();
      for (const wanted of [{ values: { owner } }, { metadata: { userId: owner } }]) {
        const pages = pagesOf((offset) =>
          ownServer(url).threads.search<{ readonly owner?: string }>({
            ...wanted,
            limit: pageSize,
            offset,
          }),
        );
        for await (const { thread_id: id, values, metadata } of pages)
          // The server also gives threads without a state.
          if (values?.owner === owner || metadata?.["userId"] === owner) found.add(id);
      }
      return [...found];
    },
    delete: (threadId) => ownServer(url).threads.delete(threadId),
  };
}

async function* pagesOf<Item>(read: (offset: number) => Promise<Item[]>): AsyncGenerator<Item> {
  for (let offset = 0; ; offset += pageSize) {
    const page = await read(offset);
    yield* page;
    if (page.length < pageSize) return;
  }
}
