import { z } from "zod";
import { checkLine, tidyLine } from "./check-line.js";
import { diffPersona, type PersonaDiff } from "./persona-diff.js";
import { personaTokens, type PersonaLimits } from "./persona-limits.js";
import type { PersonaLine } from "./persona-checkpoint.js";

/** What a person sees before a candidate is accepted. Plain JSON. */
export interface ReviewRequest {
  readonly kind: "persona-review";
  readonly user: string;
  /** Of the parent; the candidate would be one more. */
  readonly version: number;
  /** Why the candidate passed, with its numbers. */
  readonly reason: string;
  /** The batch, oldest first; answers are `null` where they were not asked for. */
  readonly items: readonly {
    readonly episodeId: string;
    readonly question: string;
    readonly oldAnswer: string | null;
    readonly newAnswer: string | null;
    readonly trueAnswer: string;
    readonly oldScore: number | null;
    readonly newScore: number | null;
  }[];
  readonly lines: readonly PersonaLine[];
  readonly diff: PersonaDiff;
  /** In paper mode the whole persona, before and after; else `null`. */
  readonly paperText: { readonly before: string | null; readonly after: string } | null;
  /** The fault of the last answer; `null` when there was none. */
  readonly problem: string | null;
}

/** A person's answer. */
export const reviewAnswerSchema = z.strictObject({
  decision: z.enum(["approve", "edit", "reject"]),
  /**
   * For `edit`: all lines of the new persona. A missing tool or evidence is that of the line that it rewords; else it is
   * no tool, and the batch.
   */
  lines: z
    .array(
      z.strictObject({
        text: z.string(),
        tool: z.string().nullable().optional(),
        evidence: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  /** For `edit` in paper mode: the whole persona. */
  paperText: z.string().optional(),
  /** Who decides; the user by default. */
  author: z.string().min(1).optional(),
  note: z.string().optional(),
});
export type ReviewAnswer = z.input<typeof reviewAnswerSchema>;

type EditedLines = NonNullable<ReviewAnswer["lines"]>;

/**
 * A person's lines with their evidence, or their fault in one line. The content of a person's lines is not checked, but
 * the limits of a prompt are the same.
 */
export function editLines(
  edited: EditedLines,
  {
    candidate,
    batch,
    tools,
    limits,
  }: {
    readonly candidate: readonly PersonaLine[];
    readonly batch: readonly { readonly episodeId: string }[];
    readonly tools: readonly string[];
    readonly limits: PersonaLimits;
  },
): { readonly lines: PersonaLine[] } | { readonly problem: string } {
  const ids = batch.map(({ episodeId }) => episodeId);
  const bare = edited.map(({ text, tool }) => {
    const tidied = tidyLine(text);
    // The comparison below pairs lines about one tool; the same words are the same line, whatever the tool.
    const same = candidate.find((line) => line.text === tidied);
    const about = tool === undefined ? (same?.tool ?? null) : tool;
    return { text: tidied, tool: about, evidence: ids.slice(-limits.maxEvidence) };
  });
  const reworded = new Map(
    diffPersona(candidate, bare).changed.map(({ before, after }) => [after, before]),
  );
  const lines = bare.map((line, index) => {
    const { evidence = [], tool } = edited[index] ?? {};
    const before = reworded.get(line);
    return {
      ...line,
      tool: tool === undefined ? (before?.tool ?? line.tool) : tool,
      evidence: evidence.length > 0 ? evidence : (before?.evidence ?? line.evidence),
    };
  });
  if (lines.length > limits.maxLines)
    return { problem: `There are ${lines.length} lines; at most ${limits.maxLines} are kept.` };
  const tokens = personaTokens(lines);
  if (tokens > limits.maxTokens)
    return {
      problem: `The lines have about ${tokens} tokens; at most ${limits.maxTokens} are kept.`,
    };
  const context = { batch: [], fixedRules: [], tools, limits, checksContent: false };
  for (const line of lines) {
    const fault = checkLine(line, [], context);
    if (fault !== null) return { problem: fault.reason };
    const unknown = line.evidence.find((id) => !isKnown(id, ids, candidate));
    if (unknown !== undefined)
      return {
        problem: `The evidence ${JSON.stringify(unknown.slice(0, 60))} is no episode of the batch.`,
      };
  }
  return { lines };
}

function isKnown(id: string, ids: readonly string[], candidate: readonly PersonaLine[]): boolean {
  return ids.includes(id) || candidate.some(({ evidence }) => evidence.includes(id));
}
