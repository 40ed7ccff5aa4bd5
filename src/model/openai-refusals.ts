import { ChatOpenAICompletions } from "@langchain/openai";

type Convert = ChatOpenAICompletions["_convertCompletionsMessageToBaseMessage"];
type ConvertDelta = ChatOpenAICompletions["_convertCompletionsDeltaToBaseMessageChunk"];

/**
 * LangChain's converter drops the provider's `refusal`, so that a refusal looks like an empty answer. This one
 * keeps it in `additional_kwargs.refusal`.
 */
export class RefusalKeepingCompletions extends ChatOpenAICompletions {
  protected override _convertCompletionsMessageToBaseMessage(
    ...[message, rawResponse]: Parameters<Convert>
  ) {
    const converted = super._convertCompletionsMessageToBaseMessage(message, rawResponse);
    if (message.refusal) converted.additional_kwargs["refusal"] = message.refusal;
    return converted;
  }

  protected override _convertCompletionsDeltaToBaseMessageChunk(...args: Parameters<ConvertDelta>) {
    const converted = super._convertCompletionsDeltaToBaseMessageChunk(...args);
    const refusal: unknown = args[0]["refusal"];
    if (typeof refusal === "string" && refusal !== "")
      converted.additional_kwargs["refusal"] = refusal;
    return converted;
  }
}
