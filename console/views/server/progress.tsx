import { Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { counted, percent } from "../../parts/counted.js";
import { Empty, Problem, Waiting } from "../../parts/states.js";
import { Tile } from "./health.js";
import styles from "./server.module.css";

const ScoresChart = lazy(() => import("./scores-chart.js"));

/** Users whose logs are read, those with the latest results, and versions of each. */
const most = { users: 20, versions: 30 };

/** A change that was tried on questions that it did not learn from. */
export interface Tried {
  readonly user: string;
  readonly at: string;
  readonly isTaken: boolean;
  readonly before: number;
  readonly after: number;
}

/** Whether what is learned helps: how much of it is taken, and the scores over time. */
export function Progress({ statuses }: { readonly statuses: Result<"statuses"> }) {
  const users = statuses
    .filter(({ lastOutcome }) => lastOutcome !== null)
    .toSorted((a, b) => (b.lastOutcome?.at ?? "").localeCompare(a.lastOutcome?.at ?? ""))
    .slice(0, most.users)
    .map(({ user }) => user);
  const logs = useQueries({
    queries: users.map((user) => queries.log(user, { limit: most.versions })),
  });
  const failed = logs.find(({ error }) => error !== null);
  if (users.length === 0)
    return (
      <Empty title="Nothing was learned yet">
        Once a persona was changed, or a change was tried, it is counted here.
      </Empty>
    );
  if (failed) return <Problem error={failed.error} onRetry={() => void failed.refetch()} />;
  if (logs.some(({ data }) => data === undefined)) return <Waiting />;
  const tried = logs
    .flatMap(({ data = [] }, place) => data.flatMap((entry) => triedBy(users[place] ?? "", entry)))
    .toSorted((a, b) => a.at.localeCompare(b.at));
  const taken = tried.filter(({ isTaken }) => isTaken);
  const back = logs.flatMap(({ data = [] }) => data.filter(({ rollback }) => rollback !== null));
  return (
    <Stack gap="md">
      <div className={styles["tiles"]}>
        <Tile
          name="Changes that were taken"
          value={tried.length === 0 ? "–" : percent(taken.length / tried.length)}
        >
          {taken.length} of {counted(tried.length, "change")} tried
        </Tile>
        <Tile
          name="Score where one was taken"
          value={`${mean(taken, "before")} → ${mean(taken, "after")}`}
        >
          on questions it did not learn from
        </Tile>
        <Tile name="Rolled back by itself" value={counted(back.length, "version")}>
          because later answers showed it to do worse
        </Tile>
      </div>
      {taken.length > 1 && (
        <div className="card">
          <Text fw={600} p="md" pb={0}>
            Scores of the changes that were taken, over time
          </Text>
          <Suspense fallback={<div className={styles["chart"]} />}>
            <ScoresChart tried={taken} />
          </Suspense>
        </div>
      )}
      <Text size="sm" c="dimmed">
        Of the {users.length === 1 ? "one user" : `${users.length} users`} with the latest results
        {statuses.length > users.length && `, of ${statuses.length}`}, their latest {most.versions}{" "}
        versions each.
      </Text>
    </Stack>
  );
}

function triedBy(user: string, entry: Result<"log">[number]): Tried[] {
  const { at, means, standing, rollback } = entry;
  const scores = means?.holdout ?? means?.batch ?? null;
  if (rollback !== null || scores === null) return [];
  const { parent, candidate } = scores;
  if (parent === null || candidate === null) return [];
  const isTaken = standing === "head" || standing === "past";
  return [{ user, at, isTaken, before: parent, after: candidate }];
}

function mean(tried: readonly Tried[], which: "before" | "after"): string {
  if (tried.length === 0) return "–";
  return percent(tried.reduce((sum, each) => sum + each[which], 0) / tried.length);
}
