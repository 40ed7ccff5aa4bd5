import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { ThreadMessages } from "../../src/state/thread-messages.js";

function channelOf(...messages: BaseMessage[]): ThreadMessages {
  const channel = new ThreadMessages();
  channel.update([messages]);
  return channel;
}

/** As a checkpointer gives it back, which knows JSON. */
function again(channel: ThreadMessages): ThreadMessages {
  return channel.fromCheckpoint(JSON.parse(JSON.stringify(channel.checkpoint())));
}

const everyKind = [
  new SystemMessage({ id: "s", content: "Be brief." }),
  new HumanMessage({ id: "h", content: 'Line one\nline "two" \u2028', name: "ada" }),
  new HumanMessage({
    id: "i",
    content: [
      { type: "text", text: "What is it?" },
      { type: "image_url", image_url: { url: "data:," } },
    ],
  }),
  new AIMessage({
    id: "a",
    content: "",
    tool_calls: [{ id: "c", name: "look", args: { at: [], deep: {} }, type: "tool_call" }],
    invalid_tool_calls: [{ id: "d", name: "look", args: "{", type: "invalid_tool_call" }],
    additional_kwargs: { signature: "x", reasoning_content: "Hm." },
    response_metadata: { model: "m" },
  }),
  new ToolMessage({ id: "t", content: "Seen.", tool_call_id: "c", name: "look", status: "error" }),
];

describe("a thread's messages", () => {
  it("come back from a checkpoint as they were, of every kind", () => {
    const messages = again(channelOf(...everyKind)).get();
    expect(messages).toEqual(everyKind);
    expect(messages.map(({ constructor }) => constructor)).toEqual(
      everyKind.map(({ constructor }) => constructor),
    );
  });

  it("are kept as messages where JSON cannot hold them", () => {
    class OwnMessage extends HumanMessage {}
    const odd = [
      new OwnMessage({ id: "1", content: "Mine." }),
      new AIMessage({ id: "2", content: "", additional_kwargs: { bytes: new Uint8Array([1]) } }),
      new AIMessage({ id: "3", content: "", additional_kwargs: { list: [undefined] } as never }),
    ];
    const channel = channelOf(new HumanMessage({ id: "0", content: "Hi." }), ...odd);
    expect(channel.checkpoint().slice(1)).toEqual(odd);
    expect(channel.fromCheckpoint(channel.checkpoint()).get().slice(1)).toEqual(odd);
  });

  it("are read from checkpoints of earlier versions", () => {
    expect(new ThreadMessages().fromCheckpoint(everyKind).get()).toEqual(everyKind);
    expect(new ThreadMessages().fromCheckpoint().get()).toEqual([]);
  });

  it("leave all parts but the last as they are when more are added", () => {
    const many = Array.from(
      { length: 100 },
      (_, n) => new HumanMessage({ id: `${n}`, content: "a" }),
    );
    const channel = again(channelOf(...many));
    const before = channel.checkpoint();
    channel.update([[new AIMessage({ id: "new", content: "b" })]]);
    const after = channel.checkpoint();
    expect(before.length).toBeGreaterThan(3);
    expect(after).toHaveLength(before.length);
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)).not.toEqual(before.at(-1));
  });
});
