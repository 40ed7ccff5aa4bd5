import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";

/** Collects the messages sent for one answer, each once: a later call repeats those of the calls before. */
export function recordPrompt(): {
  readonly handler: BaseCallbackHandler;
  readonly text: () => string;
} {
  const sent: string[] = [];
  let last: readonly string[] = [];
  return {
    handler: Object.assign(
      BaseCallbackHandler.fromMethods({
        handleChatModelStart(_model, [messages = []]) {
          const shown = messages.map(show);
          sent.push(...shown.filter((text, place) => text !== last[place]));
          last = shown;
        },
      }),
      { awaitHandlers: true },
    ),
    text: () => sent.join("\n\n"),
  };
}

function show(message: BaseMessage): string {
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const called = calls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`);
  return [`[${message.type}]`, ...(message.text === "" ? [] : [message.text]), ...called].join(
    "\n",
  );
}
