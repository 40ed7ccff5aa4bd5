import { Group, Text } from "@mantine/core";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { addressOf } from "../../app/location.js";
import { When } from "../../parts/dates.js";
import { Mark } from "../history/standing.js";
import styles from "./interactions.module.css";

type Interaction = Result<"list">[number];

/** More would not be seen: two lines are. */
const mostCharacters = 300;

export function InteractionRow({
  user,
  interaction: { id, at, query, response, answer, rejected, inferred },
}: {
  readonly user: string;
  readonly interaction: Interaction;
}) {
  return (
    <li>
      <Link
        href={addressOf(user, `interactions/${encodeURIComponent(id)}`)}
        className={`card ${styles["row"]}`}
      >
        <Text size="sm" c="dimmed">
          <When at={at} />
        </Text>
        <div>
          <Text component="div" dir="auto" className={styles["line"] ?? ""}>
            {query.slice(0, mostCharacters)}
          </Text>
          <Group gap="xs" wrap="nowrap" mt={2}>
            {(answer ?? response) !== null && (
              <Text
                component="div"
                size="sm"
                dir="auto"
                fw={answer === null ? 400 : 600}
                {...(answer === null && { c: "dimmed" })}
                className={styles["line"] ?? ""}
              >
                → {(answer ?? response ?? "").slice(0, mostCharacters)}
              </Text>
            )}
            {rejected && <Mark word="Called wrong" tone="bad" />}
            {inferred !== null && <Mark word="Inferred" tone="plain" />}
          </Group>
        </div>
      </Link>
    </li>
  );
}
