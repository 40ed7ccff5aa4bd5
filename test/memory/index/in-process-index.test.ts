import { expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { createInProcessIndex } from "../../../src/memory/index/in-process-index.js";
import { conformanceDimensions, describeEpisodeIndex } from "../../conformance/episode-index.js";

const create = () => createInProcessIndex({ name: "test", dimensions: conformanceDimensions });

describeEpisodeIndex("in-process", async () => create());

it("has another identity in every process, so that entries are rebuilt", async () => {
  const ada = userKey("ada");
  expect(await create().identity(ada)).not.toBe(await create().identity(ada));
  expect(create().kind).toBe("in-process");
});

it("copies entries, so that a caller cannot change them", async () => {
  const index = create();
  const ada = userKey("ada");
  const entry = { id: "a", order: 1, words: "tea", vector: [1, 0, 0, 0] };
  await index.upsert(ada, [entry]);
  entry.vector[0] = -1;
  entry.words = "coffee";
  const [hit] = await index.vectorSearch(ada, [1, 0, 0, 0], 1);
  expect(hit?.words).toBe("tea");
  Object.assign(hit ?? {}, { words: "coffee" });
  expect(await index.keywordSearch(ada, ["coffee"], 1)).toEqual([]);
});
