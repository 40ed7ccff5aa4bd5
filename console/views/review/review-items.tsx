import { Stack, Text } from "@mantine/core";
import type { Result } from "../../api/client.js";
import { counted } from "../../parts/counted.js";
import { Said } from "../../parts/said.js";
import styles from "./review.module.css";

type Items = Result<"review">["items"];

/** What the old and the new persona answered, beside what the user really did. */
export function ReviewItems({ items }: { readonly items: Items }) {
  if (items.length === 0) return null;
  return (
    <details open={items.length <= 4}>
      <summary className={styles["summary"]}>
        How both answered {counted(items.length, "past question")}
      </summary>
      <Stack component="ul" gap="sm" m={0} mt="sm" p={0} className={styles["list"] ?? ""}>
        {items.map(({ episodeId, question, oldAnswer, newAnswer, trueAnswer, ...scores }) => (
          <li key={episodeId} className={styles["item"]}>
            <Said text={question} size="sm" />
            <dl className={styles["answers"]}>
              <Answer name="Before" text={oldAnswer} />
              <Answer name={`New${verdict(scores)}`} text={newAnswer} />
              <Answer name="True" text={trueAnswer} />
            </dl>
          </li>
        ))}
      </Stack>
    </details>
  );
}

function verdict({ oldScore, newScore }: Pick<Items[number], "oldScore" | "newScore">): string {
  if (oldScore === null || newScore === null || oldScore === newScore) return "";
  return newScore > oldScore ? " (better)" : " (worse)";
}

function Answer({ name, text }: { readonly name: string; readonly text: string | null }) {
  if (text === null) return null;
  return (
    <>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <dd>
        <Said text={text} size="sm" fw={600} />
      </dd>
    </>
  );
}
