import { expect, it } from "vitest";
import { splitJsonArray } from "../../src/formats/split-json-array.js";

it("stops at an element without end before it takes much memory", async () => {
  const chunk = Buffer.alloc(1_000_000, "a");
  let given = 0;
  async function* chunks() {
    yield Buffer.from('[{"id": 1}, "');
    for (; given < 400; given++) yield chunk;
  }
  const read = async () => {
    for await (const element of splitJsonArray(chunks(), "broken.json"))
      expect(element).toEqual({ id: 1 });
  };
  await expect(read()).rejects.toMatchObject({
    code: "config-file-invalid",
    message: expect.stringContaining("Element 2 of broken.json is longer than 64000000 bytes"),
  });
  expect(given).toBeLessThan(70);
});
