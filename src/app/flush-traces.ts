import { setTimeout as delay } from "node:timers/promises";
import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";

/** How long an unreachable LangSmith may hold up a program that is done. */
const patienceMs = 5_000;

/** Waits until the traces of what ran so far are sent; there are none unless LangSmith's own variables ask for them. */
export async function sendTraces(): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    awaitAllCallbacks(),
    delay(patienceMs, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  enough.abort();
}
