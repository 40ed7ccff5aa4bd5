import { describe, expect, it } from "vitest";
import { ToolCallReader } from "../../../../src/model/server/incoming/tool-call-reader.js";

type Piece = Record<string, unknown>;

/** The calls that a client puts together from the pieces, as `name(arguments)`, and their ids. */
function read(pieces: readonly Piece[], taken: string[] = []) {
  const reader = new ToolCallReader(taken);
  const calls: { id: string; name: string; args: string }[] = [];
  const out = [...pieces.flatMap((piece) => reader.read([piece])), ...reader.end({})];
  for (const { index, id, function: inner } of out) {
    const { name, arguments: args = "" } = Object(inner) as { name?: string; arguments?: string };
    if (name !== undefined) calls[index as number] = { id: id as string, name, args: "" };
    const call = calls[index as number];
    if (call !== undefined) call.args += args;
  }
  return {
    calls: calls.map(({ name, args }) => `${name}(${args})`),
    ids: calls.map(({ id }) => id),
  };
}

const begins = (fields: Piece, name: string, args = "") => ({
  ...fields,
  function: { name, arguments: args },
});
const goesOn = (fields: Piece, args: string) => ({ ...fields, function: { arguments: args } });
const two = ['look({"a":1})', "recall({})"];

describe("tool calls in pieces", () => {
  it.each<[string, Piece[]]>([
    [
      "as OpenAI sends them",
      [
        begins({ index: 0, id: "x" }, "look"),
        goesOn({ index: 0 }, '{"a":'),
        goesOn({ index: 0 }, "1}"),
        begins({ index: 1, id: "y" }, "recall"),
        goesOn({ index: 1 }, "{}"),
      ],
    ],
    ["without ids and indices", [begins({}, "look", '{"a":1}'), begins({}, "recall", "{}")]],
    [
      "with empty ids, and the same index for all",
      [begins({ index: 0, id: "" }, "look", '{"a":1}'), begins({ index: 0, id: "" }, "recall")],
    ],
    [
      "with id and name in every piece",
      [
        begins({ index: 0, id: "x" }, "look", '{"a":'),
        begins({ index: 0, id: "x" }, "look", "1}"),
        begins({ index: 0, id: "x" }, "look"),
        begins({ index: 1, id: "y" }, "recall", "{}"),
      ],
    ],
    [
      "with the same id for all and no index",
      [begins({ id: "call_0" }, "look", '{"a":1}'), begins({ id: "call_0" }, "recall", "{}")],
    ],
    [
      "with arguments as an object, or none",
      [
        { id: "x", function: { name: "look", arguments: { a: 1 } } },
        { id: "y", function: { name: "recall", arguments: null } },
      ],
    ],
  ])("%s", (_name, pieces) => {
    const { calls, ids } = read(pieces);
    expect(calls).toEqual(two);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/./);
  });

  it("tells two calls of one tool apart", () => {
    const pieces = ["1", "2"].map((number) => begins({}, "look", `{"a":${number}}`));
    expect(read(pieces).calls).toEqual(['look({"a":1})', 'look({"a":2})']);
  });

  it("keep ids that are unique, and get new ones where the thread has them already", () => {
    const pieces = [begins({ index: 0, id: "x" }, "look"), begins({ index: 1, id: "y" }, "recall")];
    expect(read(pieces).ids).toEqual(["x", "y"]);
    const [first, second] = read(pieces, ["x"]).ids;
    expect(first).toMatch(/^[a-z0-9]{9}$/);
    expect(second).toBe("y");
  });
});
