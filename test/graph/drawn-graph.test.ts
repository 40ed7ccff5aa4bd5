import { expect, it } from "vitest";
import { createPersonaAgent } from "../../src/index.js";

it("draws every step and every way a turn can take, and no other", async () => {
  const drawn = await createPersonaAgent().graph.getGraphAsync({ xray: true });
  const ways = drawn.edges.map(({ source, target, conditional = false }) =>
    [source, conditional ? "-?->" : "--->", target].join(" "),
  );
  expect(ways.toSorted()).toEqual([
    "__start__ ---> load-persona",
    "execute-tools ---> reason",
    "load-persona -?-> refuse-turn",
    "load-persona -?-> retrieve-memory",
    "reason -?-> execute-tools",
    "reason -?-> write-memory",
    "refuse-turn ---> __end__",
    "retrieve-memory ---> reason",
    "schedule-alignment ---> __end__",
    "write-memory ---> schedule-alignment",
  ]);
  expect(Object.keys(drawn.nodes).toSorted()).toEqual([
    "__end__",
    "__start__",
    "execute-tools",
    "load-persona",
    "reason",
    "refuse-turn",
    "retrieve-memory",
    "schedule-alignment",
    "write-memory",
  ]);
});

it("draws the way of feedback", async () => {
  const { edges } = await createPersonaAgent().feedbackGraph.getGraphAsync({ xray: true });
  expect(edges.map(({ source, target }) => `${source} > ${target}`).toSorted()).toEqual([
    "__start__ > record-feedback",
    "record-feedback > watch-version",
    "schedule-alignment > __end__",
    "watch-version > schedule-alignment",
  ]);
});
