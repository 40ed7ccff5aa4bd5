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

  // A checkpointer keeps a new part once: each message is kept about six times in all, and not once for each that follows.
  it("make one new part for each message that is added, mostly a short one", () => {
    let channel = new ThreadMessages();
    let kept: unknown[] = [];
    let written = 0;
    for (let n = 0; n < 128; n += 1) {
      channel.update([[new HumanMessage({ id: `${n}`, content: "a" })]]);
      channel = again(channel);
      const parts: unknown[] = channel.checkpoint();
      const added = parts.filter((part) => !kept.includes(part));
      expect(added).toEqual([parts.at(-1)]);
      written += String(added[0]).split("\n").length;
      kept = parts;
    }
    expect(kept).toHaveLength(4);
    expect(written).toBeLessThan(128 * 6);
    expect(channel.get()).toHaveLength(128);
  });
});
