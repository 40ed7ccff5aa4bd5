import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { Square } from "lucide-react";
import { useEffect, useState } from "react";
import { percent } from "../../parts/counted.js";
import type { LearningRun } from "./learning-run.js";
import { meanOf } from "./learning-run.js";
import styles from "./learning.module.css";
import { RunItems } from "./run-items.js";

/** A run as it goes on: where it is, how the scores stand, and each question. */
export function RunProgress({
  user,
  run,
  onStop,
}: {
  readonly user: string;
  readonly run: LearningRun;
  readonly onStop: () => void;
}) {
  const { sizes, updates } = run;
  const now = meanOf(run, "now");
  const changed = meanOf(run, "changed");
  const criticised = [...run.items.values()].filter((item) => item.isCriticised).length;
  const all = sizes === null ? null : sizes.batch + sizes.holdout;
  const last = updates.at(-1);
  const isTrying = last?.decision === "change" && last.isTaken === null;
  return (
    <Stack className="card" p="lg" gap="lg" component="section" aria-label="The run">
      <Group justify="space-between">
        <Text fw={650} role="status">
          {isTrying
            ? "Trying a change"
            : last !== undefined
              ? "Looking for another change"
              : criticised > 0
                ? "Finding out what went wrong"
                : "Answering past questions again"}{" "}
          …
        </Text>
        <Group gap="md">
          <Seconds since={run.startedAt} />
          <Button
            variant="default"
            size="sm"
            leftSection={<Square size={12} fill="currentColor" aria-hidden />}
            onClick={onStop}
          >
            Stop
          </Button>
        </Group>
      </Group>
      <div className={styles["steps"]}>
        <Step title="As it is now" count={now.count} of={all} mean={now.mean} />
        <Step title="Criticised" count={criticised} of={sizes?.batch ?? null} mean={null} />
        <Step
          title={last && last.candidates > 1 ? `${last.candidates} changes` : "With the change"}
          count={changed.count}
          of={all}
          mean={changed.mean}
        />
      </div>
      <Updates run={run} />
      <RunItems user={user} run={run} />
    </Stack>
  );
}

/** What each update came to so far. */
function Updates({ run: { updates, trial } }: { readonly run: LearningRun }) {
  if (updates.length === 0 && trial === null) return null;
  return (
    <Stack component="ol" gap="xs" m={0} p={0} className={styles["list"] ?? ""}>
      {trial !== null && (
        <li>
          <Text size="sm">
            Version {trial.version}, which was on trial, {trials[trial.outcome] ?? trial.outcome}.
          </Text>
        </li>
      )}
      {updates.map(({ iteration, decision, candidates, isTaken, reason }) => (
        <li key={iteration}>
          <Text size="sm">
            <b>Update {iteration}:</b>{" "}
            {decision === "keep"
              ? "nothing to change was found."
              : decision === "refused"
                ? "what was proposed did not pass the checks."
                : isTaken === null
                  ? `${candidates === 1 ? "a change is" : `${candidates} changes are`} being tried.`
                  : isTaken
                    ? "the change does better."
                    : "the change was not worth it."}
          </Text>
          {reason !== null && (
            <Text size="sm" c="dimmed" className="said">
              {reason}
            </Text>
          )}
        </li>
      ))}
    </Stack>
  );
}

const trials: Readonly<Record<string, string>> = {
  confirmed: "was confirmed by later answers",
  "taken-back": "did worse on later answers and was taken back",
  "on-trial": "stays on trial",
};

function Step({
  title,
  count,
  of,
  mean,
}: {
  readonly title: string;
  readonly count: number;
  readonly of: number | null;
  readonly mean: number | null;
}) {
  const total = Math.max(of ?? 0, count);
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="sm" c="dimmed" className={styles["number"] ?? ""}>
          {count}
          {of !== null && ` of ${total}`}
        </Text>
      </Group>
      <Progress
        value={total === 0 ? 0 : (100 * count) / total}
        aria-label={title}
        size="sm"
        transitionDuration={100}
      />
      <Text size="sm" mt={6} className={styles["number"] ?? ""}>
        {mean === null ? "\u00a0" : `${percent(mean)} right`}
      </Text>
    </div>
  );
}

function Seconds({ since }: { readonly since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Text size="sm" c="dimmed" className={styles["number"] ?? ""} aria-hidden>
      {Math.max(0, Math.round((now - since) / 1_000))} s
    </Text>
  );
}
