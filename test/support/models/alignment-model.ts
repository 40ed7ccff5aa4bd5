import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, type UsageMetadata } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import type { ReflectionAnswer } from "../../../src/prompts/learning/reflection.js";
import type { PersonaUpdate } from "../../../src/prompts/learning/textual-gradient.js";
import type { Critique } from "../../../src/prompts/learning/textual-loss.js";
import type { Verdict } from "../../../src/domain/alignment/judgement.js";
import { addedLine } from "./added-lines.js";
import { callsTools } from "./scripted-model.js";
import { readPaperReply } from "../../../src/prompts/learning/paper-mode.js";

export type RequestKind =
  | "simulation"
  | "critique"
  | "update"
  | "profile"
  | "reflection"
  | "verdict"
  | "summary";

/** One request, as the model was given it. */
export interface AskedOfModel {
  readonly kind: RequestKind;
  readonly mode: "default" | "paper";
  readonly system: string;
  /** Everything but the system message, one text. */
  readonly thread: string;
  /** The last human message: in a simulation the question. */
  readonly question: string;
  readonly messages: readonly BaseMessage[];
  /** Names of the tools that were offered; of a structured answer the answer itself. */
  readonly tools: readonly string[];
  /** How many requests of this kind came before. */
  readonly before: number;
}

type Said = string | AIMessage | Error;

type Change = PersonaUpdate["proposals"][number]["changes"][number];

/** An update; `changes` are those of its only proposal, unless the proposals are given. */
type SaidUpdateFields = Partial<PersonaUpdate> & { readonly changes?: readonly Change[] };

type SaidUpdate = (SaidUpdateFields & { readonly lines?: readonly string[] }) | string | Error;

/** What the model says, kind by kind; a kind that is left out must not be asked for. */
export interface AlignmentReplies {
  readonly simulation?: (asked: AskedOfModel) => Said | Promise<Said>;
  readonly critique?: (asked: AskedOfModel) => Partial<Critique> | string | Error;
  readonly update?: (asked: AskedOfModel) => SaidUpdate | Promise<SaidUpdate>;
  /** Of the judge. */
  readonly verdict?: (asked: AskedOfModel) => Verdict | Error | AIMessage;
  readonly profile?: (asked: AskedOfModel) => string | Error | Promise<string>;
  readonly reflection?: (asked: AskedOfModel) => Partial<ReflectionAnswer> | Error;
  /** Of the evaluation's MemoryBank. */
  readonly summary?: (asked: AskedOfModel) => string | Error;
}

interface CallOptions extends BaseChatModelCallOptions {
  readonly toolNames?: readonly string[];
}

/** What every call is said to have cost. */
export const callTokens = { in: 7, out: 3 } as const;
const callUsage: UsageMetadata = { input_tokens: 7, output_tokens: 3, total_tokens: 10 };

/** Openings of the requests that are one message without a system message; the rest is told by the system message. */
const openings: readonly (readonly [RequestKind, "default" | "paper", string])[] = [
  ["simulation", "default", "You are the personal assistant of one user."],
  ["simulation", "paper", "You are a helpful personalized assistant."],
  ["critique", "default", "You examine how an assistant answered"],
  ["critique", "paper", "You are a meticulous and critical evaluator"],
  ["update", "default", "You maintain the learned lines about one user."],
  ["update", "paper", "You are a prompt engineering assistant."],
  ["verdict", "default", "You compare two replies"],
  ["profile", "default", "Describe one user from their own history"],
  ["profile", "default", "Bring the description of one user up to date"],
  ["reflection", "default", "Read the latest turns of one user's conversations"],
  ["summary", "default", "Summarise the interactions of one user"],
  ["summary", "default", "From the interactions of one user"],
  ["summary", "default", "Below are "],
];

/**
 * A chat model that answers by what it is asked for, and remembers it all. A request of a kind that it does not know,
 * or that no reply was given for, fails the run. A persona that it wrote in paper mode it knows again.
 */
export class AlignmentModel extends BaseChatModel<CallOptions> {
  readonly asked: AskedOfModel[] = [];
  readonly #replies: AlignmentReplies;
  readonly #written: string[] = [];

  constructor(replies: AlignmentReplies) {
    super({});
    this.#replies = replies;
  }

  override _llmType() {
    return "alignment-model";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<CallOptions>) {
    const toolNames = tools.map((tool) => convertToOpenAITool(tool as never).function.name);
    return this.withConfig({ ...options, toolNames });
  }

  of(kind: RequestKind): AskedOfModel[] {
    return this.asked.filter((each) => each.kind === kind);
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
  ): Promise<ChatResult> {
    options.signal?.throwIfAborted();
    const asked = this.#read(messages, options.toolNames ?? []);
    this.asked.push(asked);
    const said = await this.#reply(asked);
    if (said instanceof Error) throw said;
    const reply = typeof said === "string" ? new AIMessage(said) : said;
    const message = new AIMessage({
      content: reply.content,
      ...(reply.tool_calls && { tool_calls: reply.tool_calls }),
    });
    Object.assign(message, { usage_metadata: callUsage });
    return { generations: [{ text: message.text, message }] };
  }

  #read(messages: readonly BaseMessage[], tools: readonly string[]): AskedOfModel {
    const system = messages.find(({ type }) => type === "system")?.text ?? "";
    const rest = messages.filter(({ type }) => type !== "system");
    const first = system === "" ? (rest[0]?.text ?? "") : system;
    const found = openings.find(([, , opening]) => first.startsWith(opening));
    const isOwn = this.#written.some((text) => first.startsWith(text));
    if (found === undefined && !isOwn)
      throw new Error(`AlignmentModel: a request of no known kind: ${first.slice(0, 200)}`);
    const [kind, mode] = found ?? (["simulation", "paper"] as const);
    return {
      kind,
      mode,
      system,
      thread: rest.map(({ text }) => text).join("\n"),
      question: rest.findLast(({ type }) => type === "human")?.text ?? "",
      messages: [...messages],
      tools,
      before: this.of(kind).length,
    };
  }

  async #reply(asked: AskedOfModel): Promise<Said> {
    const { kind, mode } = asked;
    if (kind === "simulation" || kind === "summary") return this.#given(kind)(asked);
    if (kind === "profile") {
      const said = await this.#given(kind)(asked);
      if (said instanceof Error || said === "") return said;
      const statement = { text: said, items: [1] };
      const args = asked.thread.startsWith("Describe")
        ? { statements: [statement] }
        : { revisedStatements: [{ ...statement, keeps: [], replaces: [] }] };
      return callsTools({ name: "profile", args });
    }
    if (kind === "reflection") {
      const said = this.#given(kind)(asked);
      if (said instanceof Error) return said;
      const args = { revisedStatements: [], reactions: [], ...said };
      return callsTools({ name: "reflection", args });
    }
    if (kind === "critique") {
      const said = this.#given(kind)(asked);
      if (typeof said === "string" || said instanceof Error) return said;
      return callsTools({ name: "critique", args: { ...plainCritique, ...said } });
    }
    if (kind === "verdict") {
      const said = this.#given(kind)(asked);
      if (typeof said !== "string") return said;
      return callsTools({ name: "verdict", args: { reason: "It fits.", better: said } });
    }
    const said = await this.#given(kind)(asked);
    if (mode === "paper" && typeof said === "string") this.#written.push(readPaperReply(said));
    if (typeof said === "string" || said instanceof Error) return said;
    return callsTools({ name: "persona_update", args: updateOf(said, asked) });
  }

  #given<Kind extends RequestKind>(kind: Kind): NonNullable<AlignmentReplies[Kind]> {
    const reply = this.#replies[kind];
    if (reply === undefined) throw new Error(`AlignmentModel: no reply to a ${kind} was given.`);
    return reply;
  }
}

const plainCritique: Critique = {
  rightlyUsed: "",
  wrong: "The answer is not the user's.",
  gap: "missing",
  towardsTruth: "",
  searchKeywords: "",
  priorInteractions: "",
  userDescription: "",
  linesThatHelped: [],
  linesThatMisled: [],
};

/** Adds the lines given, each on the first two items, unless the changes are given; without either, it keeps them. */
function updateOf(
  { lines = [], changes, ...said }: SaidUpdateFields & { readonly lines?: readonly string[] },
  { thread }: AskedOfModel,
): PersonaUpdate {
  const items = thread.includes('<critique n="2"') ? [1, 2] : [1];
  const added = lines.map((text) => addedLine({ text, items }));
  const reason = said.reason ?? "It should help.";
  const isKept = lines.length === 0 && changes === undefined;
  return {
    pattern: "",
    decision: isKept ? "keep" : "change",
    reason: isKept ? "Nothing speaks against them." : reason,
    proposals: isKept ? [] : [{ aim: "fewest-changes", reason, changes: [...(changes ?? added)] }],
    ...said,
  };
}
