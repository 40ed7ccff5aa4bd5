import { randomUUID } from "node:crypto";
import { Annotation, END, START, StateGraph, type BaseCheckpointSaver } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";

const threads = () => ({ configurable: { thread_id: randomUUID() } });

/** Appends each node's name; `second` fails as long as `broken` says so. */
function twoSteps(checkpointer: BaseCheckpointSaver, broken: () => boolean, visits: string[]) {
  const State = Annotation.Root({
    path: Annotation<string[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  });
  const step = (name: string) => () => {
    visits.push(name);
    if (name === "second" && broken()) throw new Error("the process ends here");
    return { path: [name] };
  };
  return new StateGraph(State)
    .addNode("first", step("first"))
    .addNode("second", step("second"))
    .addEdge(START, "first")
    .addEdge("first", "second")
    .addEdge("second", END)
    .compile({ checkpointer });
}

/** What we need of any checkpointer: threads are kept apart, survive, resume where they stopped, and can be erased. */
export function describeCheckpointer(name: string, open: () => BaseCheckpointSaver) {
  describe(`${name} as a checkpointer`, () => {
    it("continues a thread, and keeps threads apart", async () => {
      const graph = twoSteps(open(), () => false, []);
      const [ada, bob] = [threads(), threads()];
      await graph.invoke({ path: ["ada"] }, ada);
      await graph.invoke({ path: ["bob"] }, bob);
      const again = await graph.invoke({ path: ["again"] }, ada);
      expect(again.path).toEqual(["ada", "first", "second", "again", "first", "second"]);
      expect((await graph.getState(bob)).values).toEqual({ path: ["bob", "first", "second"] });
    });

    it("resumes after the node that was last done, in another graph object", async () => {
      const visits: string[] = [];
      const thread = { ...threads(), durability: "sync" } as const;
      await expect(
        twoSteps(open(), () => true, visits).invoke({ path: ["start"] }, thread),
      ).rejects.toThrow("the process ends here");
      const resumed = await twoSteps(open(), () => false, visits).invoke(null, thread);
      expect(resumed.path).toEqual(["start", "first", "second"]);
      expect(visits).toEqual(["first", "second", "second"]);
    });

    it("keeps a history, and forgets a thread that is deleted", async () => {
      const checkpointer = open();
      const graph = twoSteps(checkpointer, () => false, []);
      const [kept, erased] = [threads(), threads()];
      await graph.invoke({ path: [] }, kept);
      await graph.invoke({ path: [] }, erased);
      const history = [];
      for await (const snapshot of graph.getStateHistory(erased)) history.push(snapshot.next);
      expect(history).toEqual([[], ["second"], ["first"], ["__start__"]]);
      await checkpointer.deleteThread(erased.configurable.thread_id);
      expect(await checkpointer.getTuple(erased)).toBeUndefined();
      expect(await checkpointer.getTuple(kept)).toBeDefined();
    });

    it("keeps a list of long texts that grows, at each step as it was", async () => {
      const State = Annotation.Root({
        texts: Annotation<string[]>({ reducer: (_, texts) => texts, default: () => [] }),
      });
      const graph = new StateGraph(State)
        .addNode("grow", ({ texts }) => ({
          texts: [...texts, `${texts.length} Ünicode\n`.repeat(200)],
        }))
        .addEdge(START, "grow")
        .compile({ checkpointer: open() });
      const thread = threads();
      for (const _ of [1, 2, 3]) await graph.invoke({}, thread);
      const lists: string[][] = [];
      for await (const { values } of graph.getStateHistory(thread)) lists.push(values["texts"]);
      const long = [0, 1, 2].map((n) => `${n} Ünicode\n`.repeat(200));
      expect(lists[0]).toEqual(long);
      expect(lists.filter(({ length }) => length > 0).map((list) => list.at(-1))).toEqual(
        lists.flatMap(({ length }) => long[length - 1] ?? []),
      );
      // One of them replaced, and the thread gone and begun anew under its name.
      await graph.updateState(thread, { texts: ["short", ...long.slice(1), "end"] });
      expect((await graph.getState(thread)).values["texts"]).toEqual([
        "short",
        ...long.slice(1),
        "end",
      ]);
      await graph.updateState(thread, { texts: long });
      const { checkpointer } = graph;
      if (typeof checkpointer === "object")
        await checkpointer.deleteThread(thread.configurable.thread_id);
      await graph.invoke({ texts: long }, thread);
      expect((await graph.getState(thread)).values["texts"]).toHaveLength(4);
      expect((await graph.getState(thread)).values["texts"].slice(0, 3)).toEqual(long);
    });

    it("keeps values of every kind, also those that do not change for many steps", async () => {
      const State = Annotation.Root({
        kept: Annotation<unknown>(),
        count: Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 }),
      });
      const plain = [null, "", 'a\0b \ud800 "quoted" \\u0000', 0.1, 1e300, true, [], {}];
      const made = [new Map([["a", 1]]), new Set([1]), new Error("said"), { in: new Set([2]) }];
      const long = [
        "long ".repeat(300),
        "longer ".repeat(3_000),
        Array.from({ length: 1_000 }, () => 1),
      ];
      const nested = {
        a: { b: [1, "two", null, { c: false }] },
        "with space": 1,
        constructor: "mine",
      };
      const kinds: unknown[] = [
        ...plain,
        ...made,
        ...long,
        nested,
        [{ part: "no name of a part" }],
      ];
      const graph = new StateGraph(State)
        .addNode("add", () => ({ count: 1 }))
        .addEdge(START, "add")
        .compile({ checkpointer: open() });
      // vega-lite, which a test before this one may have loaded, gives all sets a JSON of its own.
      Reflect.deleteProperty(Set.prototype, "toJSON");
      for (const kept of kinds) {
        const thread = threads();
        await graph.invoke({ kept }, thread);
        for (const _ of [1, 2]) await graph.invoke({}, thread);
        const { values } = await graph.getState(thread);
        expect(values).toEqual({ kept, count: 3 });
        if (kept !== null && typeof kept === "object")
          expect(Object.keys(values["kept"])).toEqual(Object.keys(kept));
      }
    });

    it("keeps many threads that run at once", async () => {
      const graph = twoSteps(open(), () => false, []);
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => graph.invoke({ path: [`t${i}`] }, threads())),
      );
      expect(results.map(({ path }) => path[0])).toEqual(
        Array.from({ length: 20 }, (_, i) => `t${i}`),
      );
    });
  });
}
