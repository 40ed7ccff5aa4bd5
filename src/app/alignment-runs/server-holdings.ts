import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@langchain/langgraph-sdk";
import { isOwnName } from "../../auth/caller.js";
import { userKey } from "../../domain/user-id.js";
import type { UserHolding } from "../verbs/erase-user.js";
import { ownServer } from "./server-request.js";

const pageSize = 100;

/**
 * What the LangGraph server of this process keeps of users.
 *
 * A thread of a graph of ours names its owner in its state, and one of a user's alignments or reflections in its metadata
 * too, before the first run has a state. A thread's runs go with it. An assistant names its user in its context or, made by
 * who was signed in, in its metadata. In the server's own store, a user has the namespaces that begin with their key.
 *
 * @param url - As in `ServerRequestDeps`.
 */
export function serverHoldings(url: string | undefined): readonly UserHolding[] {
  return [
    {
      kind: "threads",
      async find(userId) {
        const owner = userKey(userId);
        const found = new Set<string>();
        for (const wanted of [{ values: { owner } }, { metadata: { userId: owner } }]) {
          const pages = pagesOf((page) =>
            ownServer(url).threads.search<{ readonly owner?: string }>({ ...wanted, ...page }),
          );
          for await (const { thread_id: id, values, metadata } of pages)
            // The server also gives threads without a state.
            if (values?.owner === owner || metadata?.["userId"] === owner) found.add(id);
        }
        return [...found];
      },
      delete: (threadId) => deleteThread(ownServer(url), threadId),
    },
    {
      kind: "assistants",
      async find(userId) {
        const found: string[] = [];
        const pages = pagesOf((page) => ownServer(url).assistants.search(page));
        for await (const { assistant_id: id, context, metadata } of pages) {
          const named = (context as { readonly userId?: unknown } | null | undefined)?.userId;
          if (metadata?.["userId"] === userKey(userId) || isOwnName(userId, named)) found.push(id);
        }
        return found;
      },
      delete: (id) => ownServer(url).assistants.delete(id),
    },
    {
      kind: "serverItems",
      async find(userId) {
        const { store } = ownServer(url);
        const found: string[] = [];
        const pages = pagesOf(
          async (page) => (await store.searchItems([userKey(userId)], page)).items,
        );
        for await (const { namespace, key } of pages) found.push(JSON.stringify([namespace, key]));
        return found;
      },
      async delete(id) {
        const [namespace, key] = JSON.parse(id) as [string[], string];
        await ownServer(url).store.deleteItem(namespace, key);
      },
    },
  ];
}

/** The development server stops working on runs for good when a thread vanishes under one, so its runs end first. */
async function deleteThread({ threads, runs }: Client, threadId: string): Promise<void> {
  try {
    for (const status of ["pending", "running"] as const)
      for (const { run_id: id } of await runs.list(threadId, { status, limit: pageSize }))
        await runs.cancel(threadId, id).catch(unlessGone);
    for (let left = busyLooks; left > 0; left -= 1) {
      if ((await threads.get(threadId)).status !== "busy") break;
      await delay(busyMs);
    }
    await threads.delete(threadId);
  } catch (error) {
    unlessGone(error);
  }
}

const busyLooks = 50;
const busyMs = 100;

function unlessGone(error: unknown): void {
  if ((error as { readonly status?: unknown }).status !== 404) throw error;
}

/** Everything is read before anything is deleted, so that no page moves. */
async function* pagesOf<Item>(
  read: (page: { readonly limit: number; readonly offset: number }) => Promise<Item[]>,
): AsyncGenerator<Item> {
  for (let offset = 0; ; offset += pageSize) {
    const page = await read({ limit: pageSize, offset });
    yield* page;
    if (page.length < pageSize) return;
  }
}
