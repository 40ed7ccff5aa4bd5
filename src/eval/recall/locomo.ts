import { basename } from "node:path";
import { z } from "zod";
import type { Episode } from "../../domain/episode.js";
import { createTimeline } from "../../formats/import-timeline.js";
import { fileInvalid, readJson } from "../../formats/read-file.js";
import { caseUser } from "../cases/case-user.js";
import type { RecallCase, RecallSet } from "./recall-case.js";

const turnSchema = z.object({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().nullish(),
});
const questionSchema = z.object({
  question: z.string(),
  category: z.number(),
  evidence: z.array(z.string()).default([]),
});
const conversationSchema = z.object({
  sample_id: z.string().nullish(),
  conversation: z.record(z.string(), z.unknown()),
  qa: z.array(questionSchema),
});
type Conversation = z.output<typeof conversationSchema>;

/** The categories of LoCoMo (Maharana et al. 2024). 5, questions without an answer, has nothing to recall. */
const kinds: ReadonlyMap<number, string> = new Map([
  [1, "several hops"],
  [2, "time"],
  [3, "open knowledge"],
  [4, "one hop"],
]);

/** Turns of a session have no time of their own. */
const turnMs = 1_000;

/**
 * A file in LoCoMo's format: conversations of many sessions, and questions that name the turns which hold their
 * evidence. Every turn is an episode, every session a thread.
 *
 * Evidence that names no turn is left out, and so is a question without any other.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a file of another format.
 */
export async function openLocomo(path: string): Promise<RecallSet> {
  const file = basename(path);
  const expected = `LoCoMo's [{"conversation": {...}, "qa": [...]}]`;
  const parsed = z
    .array(conversationSchema)
    .min(1)
    .safeParse(await readJson(path, expected));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw fileInvalid(
      `${file} is not in LoCoMo's format${where === "" ? "" : ` (see ${where})`}; expected ${expected}. Check the path.`,
    );
  }
  const cases = parsed.data.map((conversation, place) => toCase(conversation, file, place));
  return {
    name: file.replace(/\.json(?:\.gz)?$/, ""),
    measure: "evidence",
    async *read() {
      yield* cases;
    },
  };
}

function toCase({ conversation, qa, sample_id }: Conversation, file: string, place: number) {
  const name = sample_id ?? `conversation ${place + 1}`;
  const turns = new Map<string, Episode>();
  const toEpisode = createTimeline();
  for (const { key, number, startMs } of sessionsOf(conversation, `${file}, ${name}`)) {
    const parsed = z.array(turnSchema).safeParse(conversation[key]);
    if (!parsed.success)
      throw fileInvalid(
        `${file}, ${name}: ${key} is not as LoCoMo has it (see ${parsed.error.issues[0]?.path.join(".") ?? ""}); expected turns with dia_id, speaker and text. Correct the file.`,
      );
    for (const [turn, { speaker, dia_id, text, blip_caption }] of parsed.data.entries()) {
      const photo = blip_caption ? ` [shares a photo: ${blip_caption}]` : "";
      const episode = toEpisode(caseUser, {
        itemId: dia_id,
        query: `${speaker}: ${text}${photo}`,
        response: null,
        answer: null,
        at: new Date(startMs + turn * turnMs).toISOString(),
        coarse: false,
        task: null,
      });
      if (episode !== null) turns.set(dia_id, { ...episode, threadId: `${name}/${number}` });
    }
  }
  const questions = qa.flatMap(({ question, category, evidence }) => {
    const kind = kinds.get(category);
    const named = evidence.flatMap((text) => text.match(/D\d+:\d+/g) ?? []);
    const relevant = new Set(named.flatMap((dia) => turns.get(dia)?.id ?? []));
    return kind === undefined || relevant.size === 0 ? [] : [{ text: question, kind, relevant }];
  });
  const history = [...turns.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { history, questions } satisfies RecallCase;
}

function sessionsOf(conversation: Conversation["conversation"], place: string) {
  const numbers = Object.keys(conversation).flatMap(
    (key) => /^session_(\d+)$/.exec(key)?.[1] ?? [],
  );
  if (numbers.length === 0)
    throw fileInvalid(`${place} has no session_1; expected at least one. Correct the file.`);
  return numbers.map(Number).map((number) => {
    const time = conversation[`session_${number}_date_time`];
    return { key: `session_${number}`, number, startMs: parseTime(time, `${place}, ${number}`) };
  });
}

/** "1:56 pm on 8 May, 2023", as UTC. */
function parseTime(time: unknown, place: string): number {
  const [clock = "", day = ""] = typeof time === "string" ? time.split(" on ") : [];
  const ms = Date.parse(`${day.replace(",", "")} ${clock} UTC`);
  if (!Number.isNaN(ms)) return ms;
  throw fileInvalid(
    `${place}: the session's date_time is ${JSON.stringify(time)}; expected a time such as "1:56 pm on 8 May, 2023". Correct the file.`,
  );
}
