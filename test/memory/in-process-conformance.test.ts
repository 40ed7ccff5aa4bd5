import { createMemory } from "../../src/memory/memory.js";
import { describeAcceptanceHistory } from "../conformance/acceptance-history.js";
import { describeAlignmentStates } from "../conformance/alignment-states.js";
import { describeEpisodicMemory } from "../conformance/episodic-memory.js";
import { describeForgetting } from "../conformance/forgetting.js";
import { describePersonaLog } from "../conformance/persona-log.js";
import { describeProfileMemory } from "../conformance/profile-memory.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { FrozenStore } from "../support/agents/frozen-store.js";
import { WordEmbeddings } from "../support/models/word-embeddings.js";

const create = () =>
  createMemory({
    store: new FrozenStore(),
    index: createInProcessIndex({ name: "words", dimensions: 64 }),
    embeddings: new WordEmbeddings(),
    now: () => new Date("2026-01-01T00:00:00.000Z"),
  });

describeEpisodicMemory("in memory", () => create().episodes);
describeForgetting("in memory", create);
describePersonaLog("in memory", () => create().personas);
describeProfileMemory("in memory", () => create().profiles);
describeAlignmentStates("in memory", () => create().alignments);
describeAcceptanceHistory("in memory", () => create().acceptance);
