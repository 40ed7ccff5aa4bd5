import { proposalOf } from "./added-lines.js";
import { parseQuestion } from "../../../src/domain/lamp-question.js";
import { paperPersonaPrompt } from "../../../src/prompts/agent/persona-prompt.js";
import type { ProfileAnswer } from "../../../src/prompts/learning/profile.js";
import { type PersonaUpdate } from "../../../src/prompts/learning/textual-gradient.js";
import { type Critique } from "../../../src/prompts/learning/textual-loss.js";
import {
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import { paperLossPrompt, paperUpdatePrompt } from "../../../src/prompts/learning/paper-mode.js";

/** Rules that one update adds, as a careful model would: so a user with five needs three. */
const rulesPerUpdate = 2;

/**
 * A model behind OpenAI's protocol for the users of the evaluation's generator, over any of its tasks. It follows a
 * preference only where its system message states it; elsewhere, past interactions or not, its answer is one of the
 * question's options that nothing but the question's text decides. An update sees for each feature what most of its
 * batch's texts were given, right or not, and states that. Its profile states no rule: it is drawn in one look, without
 * an answer that was wrong and a critique of it, and every method that has a profile is given the same one.
 *
 * The same request gets the same answer; one that it does not know is refused, and `assertUsedUp` says so.
 *
 * @param waitMs - How long every request waits for its answer, in milliseconds.
 * @param asksMemory - Whether it searches memory once before it answers, where it has the tool; what is found changes nothing.
 */
export async function startControlModel({
  waitMs = 0,
  asksMemory = false,
}: {
  readonly waitMs?: number;
  readonly asksMemory?: boolean;
} = {}): Promise<OpenAiServer> {
  const server = await startOpenAiServer(
    (request) => {
      // Nobody looks at them, and there are tens of thousands.
      server.requests.length = 0;
      if (asksMemory && mayAskMemory(request)) return searchOfMemory;
      return { kind: "message", text: replyTo(request) };
    },
    { waitMs },
  );
  return server;
}

const searchOfMemory: OpenAiReply = {
  kind: "message",
  toolCalls: [{ name: "recall_memory", args: { query: "cases like this one" } }],
};

function mayAskMemory({ body }: OpenAiRequest): boolean {
  const messages = body["messages"] as readonly { readonly role: string }[];
  return (
    messages.at(-1)?.role === "user" &&
    JSON.stringify(body["tools"] ?? []).includes("recall_memory")
  );
}

function replyTo({ body }: OpenAiRequest): string {
  const messages = body["messages"] as readonly {
    readonly role: string;
    readonly content: string;
  }[];
  const format = body["response_format"] as { json_schema?: { name: string } } | undefined;
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  const human = messages.findLast(({ role }) => role === "user")?.content ?? "";
  switch (format?.json_schema?.name) {
    case "profile":
      return JSON.stringify(profile);
    case "critique":
      return JSON.stringify(critiqueOf(human));
    case "persona_update":
      return JSON.stringify(updateFrom(human));
    case undefined:
      break;
    default:
      throw new Error(`ControlModel: no answer named ${format?.json_schema?.name} is known`);
  }
  if (human.startsWith(opening(paperLossPrompt.text))) return `${seenIn(human)[0]?.text ?? ""}.`;
  if (human.startsWith(opening(paperUpdatePrompt.text))) return paperUpdateFrom(human);
  return answerTo(human, system);
}

function answerTo(question: string, system: string): string {
  const { subject, options, task } = parseQuestion(question);
  if (task === null || options === null)
    throw new Error(`ControlModel: not a question of the generator: ${question.slice(0, 80)}`);
  const feature = featureOf(subject);
  const stated = [...system.matchAll(/Texts about the (\w+) are given "([^"]+)"\./g)];
  return (
    stated.find(([, about]) => about === feature)?.[2] ??
    options[hash(subject) % options.length] ??
    ""
  );
}

interface Seen {
  readonly feature: string;
  readonly label: string;
  /** Not in the words of a rule, or an answer would follow it wherever it is quoted. */
  readonly text: string;
}

/** Texts in a prompt that stand with the user's true answer, in their order. */
function seenIn(prompt: string): Seen[] {
  const pair = /<question>([\s\S]*?)<\/question>[\s\S]*?<ground_truth>([\s\S]*?)<\/ground_truth>/g;
  return [...prompt.matchAll(pair)].map(([, question = "", label = ""]) => {
    const feature = featureOf(parseQuestion(question).subject);
    return { feature, label, text: `About: ${feature}; said by the user: ${label}` };
  });
}

function critiqueOf(human: string): Critique {
  return {
    rightlyUsed: "",
    wrong: "",
    gap: "missing",
    towardsTruth: seenIn(human)[0]?.text ?? "",
    searchKeywords: "",
    priorInteractions: "",
    userDescription: "",
    linesThatHelped: [],
    linesThatMisled: [],
  };
}

function updateFrom(human: string): PersonaUpdate {
  const rules = rulesFrom(seenIn(human), human);
  return {
    pattern: "",
    decision: rules.length === 0 ? "keep" : "change",
    reason: "Texts about the same thing are given the same.",
    proposals: proposalOf(rules),
  };
}

function paperUpdateFrom(human: string): string {
  const [, before = ""] = /<system_prompt>\n([\s\S]*?)\n<\/system_prompt>/.exec(human) ?? [];
  if (!before.startsWith(opening(paperPersonaPrompt.text)))
    throw new Error("ControlModel: an update of a persona that it does not know");
  const seen = [...human.matchAll(/^About: (\w+); said by the user: (.+)\.$/gm)].map(
    ([text, feature = "", label = ""]): Seen => ({ feature, label, text }),
  );
  return [before, ...rulesFrom(seen, human).map(({ text }) => text)].join("\n");
}

/** For the features seen most often first; none that the prompt states already, taken or rejected. */
function rulesFrom(seen: readonly Seen[], prompt: string) {
  const features = [...new Set(seen.map(({ feature }) => feature))];
  return features
    .map((feature) => {
      const own = seen.flatMap((each, place) =>
        each.feature === feature ? [{ label: each.label, number: place + 1 }] : [],
      );
      const times = (label: string) => own.filter((each) => each.label === label).length;
      const label = own.map((each) => each.label).reduce((a, b) => (times(b) > times(a) ? b : a));
      const items = own.filter((each) => each.label === label).map(({ number }) => number);
      return { text: `Texts about the ${feature} are given "${label}".`, items };
    })
    .filter(({ text }) => !prompt.includes(text))
    .toSorted((a, b) => b.items.length - a.items.length)
    .slice(0, rulesPerUpdate);
}

const profile: ProfileAnswer = {
  statements: [{ text: "Judges short cases of many kinds, each in a word.", items: [1] }],
};

/** The generator's texts end with what they are about. */
function featureOf(text: string): string {
  const [, feature] = /\bthe (\w+)\.$/.exec(text) ?? [];
  if (feature === undefined) throw new Error(`ControlModel: not a generated text: ${text}`);
  return feature;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text)
    value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}

/** How a prompt begins, up to the end of its first sentence. */
function opening(prompt: string): string {
  return prompt.slice(0, prompt.indexOf(". ") + 1);
}
