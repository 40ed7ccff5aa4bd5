import { expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { commandLineOf } from "../../support/processes/command-line.js";

it("shows what was learned from judged candidates, and forgets it", async () => {
  const agent = createPersonaAgent();
  const run = commandLineOf(agent);
  expect((await run(["acceptance"])).out).toContain("No candidate was judged yet");
  for (const runId of ["a", "b"])
    await agent.memory.acceptance.add(
      { gained: 6, lost: 0, items: 32, accepted: runId === "a" },
      { runId, iteration: 1, candidate: 1 },
    );
  const { out } = await run(["acceptance"]);
  expect(out).toContain("2 candidates judged, 1 taken.");
  expect(out).toMatch(/mean, in points +\+0\.7 +\+[1-9]/);
  const forgotten = JSON.parse((await run(["acceptance", "--reset", "--json"])).out) as {
    start: object;
    now: object;
  };
  expect(forgotten).toMatchObject({ judged: 0, taken: 0, forgotten: 2 });
  expect(forgotten.now).toEqual(forgotten.start);
});
