import { describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/index.js";

it("draws every step and route of a turn, and no other", async () => {
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

it("draws the steps of feedback", async () => {
  const { edges } = await createPersonaAgent().feedbackGraph.getGraphAsync({ xray: true });
  expect(edges.map(({ source, target }) => `${source} > ${target}`).toSorted()).toEqual([
    "__start__ > record-feedback",
    "record-feedback > roll-back-regression",
    "roll-back-regression > schedule-alignment",
    "schedule-alignment > __end__",
  ]);
});

it("draws the steps of a reflection", async () => {
  const { edges } = await createPersonaAgent().reflectionGraph.getGraphAsync({ xray: true });
  expect(edges.map(({ source, target }) => `${source} > ${target}`).toSorted()).toEqual([
    "__start__ > reflect",
    "reflect > __end__",
    "reflect > store-reflection",
    "roll-back-regression > schedule-alignment",
    "schedule-alignment > __end__",
    "store-reflection > roll-back-regression",
  ]);
});

describe("the alignment's drawing", () => {
  it("shows every route of a run", async () => {
    const { edges } = await createPersonaAgent().alignmentGraph.getGraphAsync();
    expect(edges.map(({ source, target }) => `${source} > ${target}`).toSorted()).toEqual([
      "__start__ > begin-run",
      "accept-candidate > commit-checkpoint",
      "accept-candidate > judge",
      "accept-candidate > review-candidate",
      "accept-candidate > validate",
      "begin-run > __end__",
      "begin-run > draw-simulation-profiles",
      "begin-run > refresh-profile",
      "commit-checkpoint > __end__",
      "commit-checkpoint > textual-gradient",
      "commit-checkpoint > textual-loss",
      "draw-simulation-profiles > select-items",
      "judge > accept-candidate",
      "refresh-profile > select-items",
      "review-candidate > commit-checkpoint",
      "select-batch > commit-checkpoint",
      "select-batch > simulate",
      "select-batch > textual-gradient",
      "select-batch > textual-loss",
      "select-items > __end__",
      "select-items > accept-candidate",
      "select-items > simulate",
      "simulate > select-batch",
      "textual-gradient > accept-candidate",
      "textual-gradient > simulate",
      "textual-gradient > textual-loss",
      "textual-gradient > validate",
      "textual-loss > textual-gradient",
      "validate > accept-candidate",
    ]);
  });

  it("shows the agent inside each simulation", async () => {
    const agent = createPersonaAgent();
    const { nodes } = await agent.alignmentGraph.getGraphAsync({ xray: true });
    const { nodes: steps } = await agent.graph.getGraphAsync();
    const writes = ["write-memory", "schedule-alignment"];
    const inner = Object.keys(steps).filter(
      (name) => !name.startsWith("__") && !writes.includes(name),
    );
    expect(inner).not.toEqual([]);
    for (const name of writes) expect(Object.keys(nodes)).not.toContain(`simulate:${name}`);
    for (const name of inner) {
      expect(Object.keys(nodes)).toContain(`simulate:${name}`);
      expect(Object.keys(nodes)).toContain(`validate:${name}`);
    }
  });
});
