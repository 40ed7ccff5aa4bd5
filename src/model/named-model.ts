import type { BaseChatModel } from "@langchain/core/language_models/chat_models";

/** A model and the name by which what it wrote is remembered. */
export interface NamedModel {
  readonly model: BaseChatModel;
  readonly name: string;
}
