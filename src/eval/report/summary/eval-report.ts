import type { EvalTask } from "../../eval-case.js";
import type { Usage } from "../../../domain/usage.js";
import type { RunRecord } from "../../run/run-record.js";
import type { IntervalEstimate } from "../../metrics/bootstrap.js";
import type { MetricName } from "../../metrics/metrics.js";
import type { PaperData } from "./paper-data.js";
import type { PaperEntry, PaperSource } from "./paper-numbers.js";

/** An arm, by its id (in a study the method's name and what the study changed), on a set. */
interface ArmOnSet {
  readonly set: string;
  readonly method: string;
}

/** One arm on one set. This shape is a contract: `eval --json` prints it. */
export interface Result extends ArmOnSet {
  readonly task: EvalTask;
  /** Questions answered, on which the metrics are. */
  readonly n: number;
  /** Questions that ended in an error; no metric counts them. */
  readonly errors: number;
  /** Empty where nothing was answered. */
  readonly metrics: Partial<Readonly<Record<MetricName, IntervalEstimate>>>;
  /** Mean of an answered question, without what was prepared before; `null` where nothing was answered. */
  readonly seconds: number | null;
  readonly calls: number | null;
  readonly tokens: { readonly in: number | null; readonly out: number | null };
}

/** How much better `a` is than `b` on the questions that both answered: positive is better, also for MAE and RMSE. This shape is a contract. */
export interface Paired extends Omit<IntervalEstimate, "value"> {
  readonly set: string;
  readonly metric: MetricName;
  readonly a: string;
  readonly b: string;
  readonly delta: number;
}

/** How much data a pair's differences are based on. */
export interface PairedCount {
  readonly set: string;
  readonly a: string;
  readonly b: string;
  /** Questions that both answered, and whose users. */
  readonly questions: number;
  readonly users: number;
}

export interface ReportedSpending extends Usage {
  readonly seconds: number;
}

/** What an arm cost on a set. */
export interface Cost extends ArmOnSet {
  /** Sums over all questions, also those that ended in an error, and over what was prepared before them. */
  readonly answering: ReportedSpending;
  readonly preparation: ReportedSpending;
  /** The mean of the questions answered, and what was prepared shared out over them; `null` where there are none. */
  readonly perQuestion: {
    readonly answering: ReportedSpending;
    readonly preparation: ReportedSpending;
    readonly together: ReportedSpending;
  } | null;
}

export interface ErrorKind extends ArmOnSet {
  readonly during: "question" | "preparation";
  /** The error's code, or its text with what differs from case to case left out. */
  readonly kind: string;
  readonly count: number;
  /** The first of them, cut to a few lines. */
  readonly example: string;
}

/** An arm that was not asked all of a set's questions. */
export interface Missing extends ArmOnSet {
  readonly expected: number;
  readonly missing: number;
}

/** One study on one set: how scores and gains change with its value. */
export interface Study {
  readonly name: string;
  readonly set: string;
  /** By value, then in the run's order of arms. */
  readonly points: readonly StudyPoint[];
  readonly gains: readonly StudyGain[];
}

export interface StudyPoint {
  readonly value: number;
  /** The method without what the study changed. */
  readonly method: string;
  readonly n: number;
  readonly metrics: Result["metrics"];
}

/**
 * `persona-agent` at this value against another method: at the same value where the study varies it, too. A study of
 * the alignment's settings is held against `rag`, `pag` and `without-alignment` as the main table has them.
 */
export interface StudyGain extends Omit<Paired, "set"> {
  readonly value: number;
  readonly questions: number;
}

/** What preparing did to the personas of a set. */
export interface ReportedPersona extends ArmOnSet {
  /** Cases that were prepared with a persona, and how many of these personas changed. */
  readonly cases: number;
  readonly changed: number;
  /** Cases whose alignment did not start, and why the first of them did not. */
  readonly notAligned: { readonly cases: number; readonly reason: string | null };
  readonly examples: readonly {
    readonly case: string;
    /** One entry a line, long ones cut. */
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
}

/** What the parent of an arm's alignments scored in simulation, against its score on the questions that came later. */
export interface ReportedSimulation extends ArmOnSet {
  /** The arm whose answers to the questions are the parent's: never aligned, or where none was asked the arm itself. */
  readonly later: string;
  readonly users: number;
  /** Past items and later questions. */
  readonly items: number;
  readonly questions: number;
  /** Means over items and over questions, 0 to 1. */
  readonly simulatedMean: number;
  readonly laterMean: number;
  /** Simulated minus later. */
  readonly difference: IntervalEstimate;
  /**
   * The same of a vote of earlier interactions, and by how much the first is above it; `null` for a run of an earlier build.
   */
  readonly control: {
    readonly difference: IntervalEstimate;
    readonly beyond: IntervalEstimate;
  } | null;
}

/** Everything that the pages show, as plain JSON: the same run and predictions give the same bytes. */
export interface EvalReport {
  readonly run: RunRecord;
  readonly complete: boolean;
  readonly results: readonly Result[];
  readonly paired: readonly Paired[];
  readonly pairedCounts: readonly PairedCount[];
  readonly costs: readonly Cost[];
  readonly studies: readonly Study[];
  readonly personas: readonly ReportedPersona[];
  readonly simulations: readonly ReportedSimulation[];
  readonly errors: readonly ErrorKind[];
  readonly missing: readonly Missing[];
  /** The paper's tables, and for each set how far they compare with ours. */
  readonly paper: {
    readonly sources: Readonly<Record<PaperSource, string>>;
    readonly cells: readonly PaperEntry[];
    readonly sets: readonly (PaperData & { readonly set: string })[];
  };
}
