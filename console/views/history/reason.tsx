import { Stack, Text } from "@mantine/core";
import type { Result } from "../../api/client.js";
import { counted, percent } from "../../parts/counted.js";
import { Said } from "../../parts/said.js";
import styles from "./history.module.css";

type LogEntry = Result<"log">[number];
type Decision = NonNullable<NonNullable<LogEntry["alignment"]>["decision"]>;
type Benefit = Extract<Decision, { readonly expectedGain: number }>;

const verdicts: Partial<Record<Benefit["outcome"], string>> = {
  better: "Taken: it is worth a change.",
  "no-benefit": "Not taken: it is not worth a change.",
  "harm-possible": "Not taken: it could do harm.",
};

/** Why an entry is what it is: what figures say of it in words, and the figures for whoever wants them. */
export function Reason({ entry: { reason, alignment } }: { readonly entry: LogEntry }) {
  const decision = alignment?.decision ?? null;
  // A person, or another change, may have decided otherwise.
  if (decision === null || !("expectedGain" in decision) || decision.reason !== reason)
    return <Said text={reason} />;
  const verdict = verdicts[decision.outcome];
  if (verdict === undefined) return <Said text={reason} />;
  return (
    <Stack gap={4}>
      <Text>
        {verdict} {inWords(decision)}
      </Text>
      <details>
        <summary className={styles["summary"]}>In figures</summary>
        <Said text={reason} size="sm" />
      </details>
    </Stack>
  );
}

function inWords({
  expectedGain,
  gainInterval: [low = 0, high = 0],
  harmProbability,
  holdout,
}: Benefit) {
  return `Of 100 answers, ${moreOrFewer(expectedGain)} are expected to be right; nine times in ten between ${moreOrFewer(low)} and ${moreOrFewer(high)}. The chance that it spoils more than 2 of 100 is ${percent(harmProbability)}. It was judged on ${counted(holdout.items, "question")} that it did not learn from.`;
}

function moreOrFewer(share: number): string {
  const answers = Math.round(share * 100);
  if (answers === 0) return "as many as before";
  return answers > 0 ? `${answers} more` : `${-answers} fewer`;
}
