import { Text } from "@mantine/core";
import type { Result } from "../../api/client.js";
import { counted, percent } from "../../parts/counted.js";
import styles from "./history.module.css";

type LogEntry = Result<"log">[number];
type Mean = NonNullable<NonNullable<LogEntry["means"]>["batch"]>;

/** How a version and its parent answered the same questions. */
export function Scores({ entry: { means, rollback } }: { readonly entry: LogEntry }) {
  if (rollback !== null)
    return (
      <Text size="sm" c="dimmed">
        Version {rollback.of} was right in {percent(rollback.headMean)} of{" "}
        {counted(rollback.headItems, "answer")}, version {rollback.to} before it in{" "}
        {percent(rollback.parentMean)} of {counted(rollback.parentItems, "answer")}.
      </Text>
    );
  if (means === null) return null;
  return (
    <div className={styles["scores"]}>
      <Score name="Questions it did not learn from" mean={means.holdout} />
      <Score name="Questions it learned from" mean={means.batch} />
    </div>
  );
}

function Score({ name, mean }: { readonly name: string; readonly mean: Mean | null }) {
  if (mean === null || mean.parent === null) return null;
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {name} ({mean.items})
      </Text>
      <Bar label="Before" share={mean.parent} isBefore />
      {mean.candidate !== null && <Bar label="With it" share={mean.candidate} />}
    </div>
  );
}

function Bar({
  label,
  share,
  isBefore = false,
}: {
  readonly label: string;
  readonly share: number;
  readonly isBefore?: boolean;
}) {
  return (
    <div className={styles["bar"]}>
      <Text size="sm">{label}</Text>
      <span className={styles["track"]} aria-hidden>
        <span
          className={`${styles["fill"]} ${isBefore ? styles["before"] : ""}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <Text size="sm" fw={600} className={styles["number"] ?? ""}>
        {percent(share)}
      </Text>
    </div>
  );
}
