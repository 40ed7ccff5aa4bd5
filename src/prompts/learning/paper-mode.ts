import { storableText } from "../../domain/text/storable-text.js";
import { quote, quoteBlock, unquoted } from "../quote.js";
import { defineTemplate } from "../template.js";
import { type SimulatedPair, shownLength } from "./textual-loss.js";

/**
 * The paper's LLM_grad, rebuilt element by element from `docs/paper-map.md`; the wording is ours where the paper's
 * is unknown. The reply is free text.
 */
export const paperLossPrompt =
  defineTemplate(`You are a meticulous and critical evaluator of personalized AI agent responses. Analyze the following and give feedback on how to improve the system prompt so that it aligns with the user's preferences.

Question: {{question}}

Expected Answer: {{trueAnswer}}

Agent Response: {{simulatedAnswer}}

Your feedback must focus on how to adjust the persona system prompt so that it tailors responses to the individual user's unique characteristics. Be concise and clear.

Tips:
1. Explain how to improve the search keywords of the tools for this user.
2. Take into account the user's prior interactions, preferences and any aspects of personalization.
3. Give an explicit description of the user's profile and preferences that is not specific to this task.

Feedback:`);

/** The one message that asks for feedback on a pair. */
export function renderPaperLossRequest(pair: SimulatedPair): string {
  const answer = (text: string) => storableText(text, shownLength.answer);
  return paperLossPrompt.render({
    question: quote("question", storableText(pair.question, shownLength.question)),
    trueAnswer: quote("ground_truth", answer(pair.trueAnswer)),
    simulatedAnswer: quote("simulated_answer", answer(pair.simulatedAnswer)),
  });
}

/**
 * The paper's LLM_update, rebuilt as `paperLossPrompt`. The reply is free text: the whole new persona.
 */
export const paperUpdatePrompt =
  defineTemplate(`You are a prompt engineering assistant. You refine the system prompts of personal agents so that they align better with the user's preferences.

Current system prompt:
{{systemPrompt}}
{{instructions}}
Provided Feedback:
{{feedback}}

Based on the feedback, write an updated system prompt that explicitly highlights the user's unique preferences. It must instruct the agent to align its responses with the user's preferences, and include a detailed user profile or preferences. Keep a helpful and clear tone.

New system prompt:`);

/**
 * The one message that asks for the new persona.
 *
 * @param systemPrompt - The persona that the agent answered under.
 * @param feedback - The critic's text for each pair.
 * @param instructions - Of whoever runs the assistant; empty for none, and then the request is the paper's.
 */
export function renderPaperGradientRequest(
  systemPrompt: string,
  feedback: readonly string[],
  instructions = "",
): string {
  const parts = feedback.map((text, index) => `Feedback ${index + 1}:\n${unquoted(text)}`);
  return paperUpdatePrompt.render({
    systemPrompt: quoteBlock("system_prompt", unquoted(systemPrompt)),
    instructions: instructions === "" ? "" : `${instructionsBeside(instructions)}\n`,
    feedback: quoteBlock("feedback", parts.join("\n---\n")),
  });
}

function instructionsBeside(instructions: string): string {
  const block = quoteBlock("instructions", unquoted(instructions));
  return `\nFixed instructions that the agent is given beside it. Neither repeat nor contradict them:\n${block}\n`;
}

/** The last words of the two prompts, which a model may repeat before its answer. */
const label = /^\s*(?:\*\*|#+ ?)?(?:feedback|new system prompt)(?:\*\*:?|:(?:\*\*)?|(?=\s*\n))\s*/i;

/**
 * The text of a reply to one of the two prompts, without a label, code fence or tags around it. Empty when there is
 * nothing else.
 */
export function readPaperReply(text: string): string {
  const unlabelled = text.replace(label, "").trim();
  const unfenced = /^(`{3,})[^\n`]*\n([\s\S]*?)\n?\1$/.exec(unlabelled)?.[2] ?? unlabelled;
  return unfenced.replace(/^<(system_prompt|feedback)>([\s\S]*)<\/\1>$/, "$2").trim();
}
