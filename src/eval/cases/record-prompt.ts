import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { Serialized } from "@langchain/core/load/serializable";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";

/** Collects what one answer's model calls were sent: every message once, as calls repeat what came before. */
export function recordPrompt(): {
  readonly handler: BaseCallbackHandler;
  readonly text: () => string;
} {
  const sent: string[] = [];
  let last: readonly string[] = [];
  return {
    handler: new StartHandler((messages) => {
      const shown = messages.map(show);
      sent.push(...shown.filter((text, place) => text !== last[place]));
      last = shown;
    }),
    text: () => sent.join("\n\n"),
  };
}

class StartHandler extends BaseCallbackHandler {
  readonly name = "prompt-recorder";
  override readonly awaitHandlers = true;
  readonly #onStart: (messages: readonly BaseMessage[]) => void;

  constructor(onStart: (messages: readonly BaseMessage[]) => void) {
    super();
    this.#onStart = onStart;
  }

  override handleChatModelStart(_model: Serialized, [messages = []]: BaseMessage[][]) {
    this.#onStart(messages);
  }
}

function show(message: BaseMessage): string {
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const called = calls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`);
  return [`[${message.type}]`, ...(message.text === "" ? [] : [message.text]), ...called].join(
    "\n",
  );
}
