import { Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { addressOf } from "../../app/location.js";
import { When } from "../../parts/dates.js";
import styles from "./server.module.css";

/** Shown at a time. */
const most = 20;

/** Jobs that failed at every try, latest first. */
export function DeadJobs({ statuses }: { readonly statuses: Result<"statuses"> }) {
  const dead = statuses
    .flatMap(({ user, deadJobs }) => deadJobs.map((job) => ({ user, ...job })))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  if (dead.length === 0) return null;
  return (
    <Stack className="card" p="lg" gap="sm">
      <Text fw={600}>Failed at every try</Text>
      <Stack component="ul" gap="sm" m={0} p={0} className={styles["list"] ?? ""}>
        {dead.slice(0, most).map(({ user, kind, at, error }) => (
          <li key={`${user} ${kind} ${at}`}>
            <Text size="sm">
              {kind === "alignment" ? "Learning" : "A reflection"} of{" "}
              <Link href={addressOf(user, "learning")}>
                <bdi>{user}</bdi>
              </Link>
              , <When at={at} exact />
            </Text>
            <Text size="sm" c="dimmed" className="said">
              {error}
            </Text>
          </li>
        ))}
      </Stack>
      {dead.length > most && (
        <Text size="sm" c="dimmed">
          And {dead.length - most} more, which <code>persona-agent status</code> lists.
        </Text>
      )}
    </Stack>
  );
}
