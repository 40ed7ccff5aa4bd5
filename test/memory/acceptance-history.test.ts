import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { createAcceptanceHistory } from "../../src/memory/acceptance-history.js";
import { createStoreAccess } from "../../src/memory/store-access.js";

it("keeps the latest 500, oldest first", async () => {
  const access = createStoreAccess(new InMemoryStore());
  let seconds = 0;
  const history = createAcceptanceHistory(access, () => new Date((seconds += 1) * 1_000));
  for (let count = 0; count < 560; count++)
    await history.add(
      { gained: 0, lost: 0, items: count, accepted: false },
      { runId: `run-${count}`, iteration: 1, candidate: 1 },
    );
  const judged = await history.judged();
  expect(judged.map(({ items }) => items)).toEqual(
    Array.from({ length: 500 }, (_, place) => 60 + place),
  );
  expect(await history.reset()).toBeLessThanOrEqual(550);
});
