import { lampQuestion } from "../../../src/domain/lamp-question.js";
import type { EvalCase } from "../../../src/eval/eval-case.js";
import type { MethodDeps } from "../../../src/eval/method.js";
import type { EvalRecord, EvalSet, LampEvalSet } from "../../../src/eval/sets/eval-set.js";
import type { ProfileItem } from "../../../src/formats/profile-item.js";
import { readCases } from "../../../src/eval/cases/open-cases.js";
import { AlignmentModel, type AlignmentReplies } from "../models/alignment-model.js";
import { CountingEmbeddings } from "../models/counting-embeddings.js";

export const ratings = ["1", "2", "3", "4", "5"];
/** What the model draws as a profile, learns as a line, writes in paper mode, and says as a summary. */
export const profileText = "Loves every film about trains.";
export const learnedLine = "Gives full marks whenever there is a locomotive.";
export const paperSystemPrompt = "You answer for somebody who is fond of locomotives.";
export const summaryText = "Went to the pictures ten times.";

/** The nth review of a history, a day after the one before. */
export function review(n: number, change: Partial<ProfileItem> = {}): ProfileItem {
  return {
    id: `${n}`,
    title: null,
    text: `Film ${n} has locomotive number ${n}.`,
    label: "5",
    at: new Date(Date.UTC(2020, 0, n)).toISOString(),
    coarse: false,
    ...change,
  };
}

export const reviews = (count: number) => Array.from({ length: count }, (_, at) => review(at + 1));

/** A question over a film that is in no history. */
export function ratingRecord(
  user: string,
  id: string,
  change: Partial<EvalRecord> = {},
): EvalRecord {
  const input = lampQuestion("LaMP_3", `Unseen ${id} shows a steam engine.`);
  const question = { id, input, gold: "4" };
  return { user, question, profile: [], ...change };
}

/** A set in this process, which gives its records in their order. */
export function setOf(records: readonly EvalRecord[]): LampEvalSet {
  const users = [...new Set(records.map(({ user }) => user))].map((user) => {
    const own = records.filter((record) => record.user === user);
    const historyLength = Math.max(...own.map(({ profile }) => profile.length));
    return { user, questionIds: own.map(({ question }) => question.id), historyLength };
  });
  return {
    name: "films",
    task: "LaMP_3",
    labels: ratings,
    users,
    async *read(wanted) {
      for (const record of records)
        if (wanted?.has(record.question.id) ?? true) yield structuredClone(record);
    },
  };
}

export async function casesOf(set: EvalSet, historyLimit?: number): Promise<EvalCase[]> {
  const cases: EvalCase[] = [];
  for await (const one of readCases(set, set.users, historyLimit)) cases.push(one);
  return cases;
}

/** A case of one user, with so many reviews and questions. */
export async function caseOf({ history = 16, questions = 2, gold = "4" } = {}): Promise<EvalCase> {
  const records = Array.from({ length: questions }, (_, at) => {
    const record = ratingRecord("ada", `q${at + 1}`, { profile: reviews(history) });
    return { ...record, question: { ...record.question, gold } };
  });
  const [one] = await casesOf(setOf(records));
  if (one === undefined) throw new Error("There is no case.");
  return one;
}

/** A model that gives full marks, as the user did, once it was told to, and what else a method is given. */
export function evalDeps(
  replies: Partial<AlignmentReplies> = {},
  change: Partial<MethodDeps> = {},
): MethodDeps & { readonly model: AlignmentModel; readonly embeddings: CountingEmbeddings } {
  const model = new AlignmentModel({
    simulation: ({ system }) =>
      system.includes(learnedLine) || system.includes(paperSystemPrompt) ? "5" : "1",
    critique: ({ mode }) => (mode === "paper" ? "It likes trains." : {}),
    update: ({ mode, thread }) => {
      if (mode === "paper") return paperSystemPrompt;
      return thread.includes(learnedLine) ? {} : { lines: [learnedLine] };
    },
    profile: () => profileText,
    summary: () => summaryText,
    ...replies,
  });
  return {
    model,
    modelName: "scripted",
    alignmentModel: model,
    alignmentModelName: "scripted",
    embeddings: new CountingEmbeddings(),
    seed: 1,
    signal: new AbortController().signal,
    wikipedia: { baseUrl: "http://127.0.0.1:9/w/api.php" },
    ...change,
  } as never;
}
