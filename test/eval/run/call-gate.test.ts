import { expect, it, vi } from "vitest";
import { createCallGate } from "../../../src/eval/run/call-gate.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";

it("refuses a call beyond the budget as the caller's limit, not as a model that is away", async () => {
  // LangChain writes what a handler throws there too.
  vi.spyOn(console, "error").mockReturnValue();
  const model = new OfflineChatModel();
  const gate = createCallGate({
    concurrency: 1,
    budget: { calls: 3 },
    spent: { calls: 3, tokens: { in: 0, out: 0 } },
    signal: new AbortController().signal,
  });
  gate.guard(model);
  await expect(model.invoke("Which film?")).rejects.toMatchObject({
    code: "config-budget-exhausted",
    message: expect.stringContaining("3 model calls"),
  });
  expect(gate.spent().calls).toBe(3);
});
