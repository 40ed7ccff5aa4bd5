import { Group, Text } from "@mantine/core";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import type { Result } from "../../api/client.js";
import { counted } from "../../parts/counted.js";
import styles from "./server.module.css";

/** What everything rests on, and what waits to be done. */
export function Health({ health }: { readonly health: Result<"health"> }) {
  const { store, index, jobs, unindexed } = health;
  return (
    <div className={styles["tiles"]}>
      <Tile name="Store" isGood={store.ok} value={store.ok ? "answers" : "does not answer"}>
        {store.error}
      </Tile>
      <Tile
        name={`Index (${index.kind})`}
        isGood={index.ok}
        value={index.ok ? "answers" : "does not answer"}
      >
        {index.error ?? (index.ok ? lagOf(unindexed) : "Turns recall by words meanwhile.")}
      </Tile>
      {jobs === null ? (
        <Tile name="Jobs" value="in this server">
          No workers: what becomes due is done by the server itself.
        </Tile>
      ) : (
        <Tile
          name="Jobs"
          isGood={jobs.dead === 0}
          value={`${jobs.waiting} waiting, ${jobs.running} at work`}
        >
          {jobs.dead > 0 && `${jobs.dead} failed at every try.`}
        </Tile>
      )}
    </div>
  );
}

/** How far the index is behind the store. */
function lagOf(unindexed: number | null): string | null {
  if (unindexed === null) return null;
  if (unindexed === 0) return "It knows all that is stored.";
  return `${counted(unindexed, "stored entry", "stored entries")} not in it yet.`;
}

export function Tile({
  name,
  value,
  isGood,
  children,
}: {
  readonly name: string;
  readonly value: string;
  /** Whether it is as it should be; left out where nothing can be wrong. */
  readonly isGood?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div className={`card ${styles["tile"]}`}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Group gap={6} wrap="nowrap">
        {isGood === true && (
          <CircleCheck size={18} color="var(--console-good)" aria-label="Good:" role="img" />
        )}
        {isGood === false && (
          <CircleAlert size={18} color="var(--console-bad)" aria-label="Bad:" role="img" />
        )}
        <Text fw={650}>{value}</Text>
      </Group>
      {children !== null && children !== false && (
        <Text size="sm" c="dimmed" className="said">
          {children}
        </Text>
      )}
    </div>
  );
}
