import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import type { UserViewProps } from "../../app/pages.js";
import { Pager, usePages } from "../../parts/pager.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import { Empty } from "../../parts/states.js";
import { ReviewPanel } from "../review/review-panel.js";
import { ComparePage } from "./compare-page.js";
import { Entry } from "./entry.js";
import styles from "./history.module.css";

const ScoreChart = lazy(() => import("./score-chart.js"));

/** Versions a page. */
const pageSize = 20;

/** How the persona came to be what it is. */
export default function HistoryView({ user, item }: UserViewProps) {
  if (item === "compare") return <ComparePage user={user} />;
  return <Timeline user={user} />;
}

/** Whether something was scored: a candidate, and its parent on the same questions. */
function hasCandidate({ means }: Result<"log">[number]): boolean {
  return typeof (means?.holdout ?? means?.batch)?.candidate === "number";
}

function Timeline({ user }: { readonly user: string }) {
  const pages = usePages();
  const { before } = pages;
  const { data: status } = useQuery(queries.status(user));
  // One more than is shown tells whether there are older ones.
  const query = queries.log(user, {
    limit: pageSize + 1,
    ...(before !== undefined && { before }),
  });
  return (
    <>
      <PageTitle
        title="History"
        about="Every version of the persona, newest first: what changed, how it did, and whether it was taken."
      />
      {status?.status === "review" && <ReviewPanel user={user} />}
      <Read query={query}>
        {(found) => {
          const shown = found.slice(-pageSize).toReversed();
          const measured = shown.filter(hasCandidate);
          if (found.length <= 1 && before === undefined)
            return (
              <Empty title="Nothing was learned yet">
                Once the agent has learned from what <bdi>{user}</bdi> really answered, each attempt
                stands here, also those that were not taken.
              </Empty>
            );
          return (
            <Stack gap="lg">
              {measured.length > 1 && (
                <section className="card" aria-labelledby="scores">
                  <Text id="scores" fw={600} p="md" pb={0}>
                    How each version answered, beside the one before it
                  </Text>
                  <Suspense fallback={<div className={styles["chart"]} />}>
                    <ScoreChart entries={measured.toReversed()} />
                  </Suspense>
                </section>
              )}
              <ol className={styles["timeline"]} aria-label="Versions, newest first">
                {shown.map((entry) => (
                  <Entry key={entry.id} user={user} entry={entry} isOpen={entry.head} />
                ))}
              </ol>
              <Pager pages={pages} last={found.length > pageSize ? shown.at(-1)?.id : undefined} />
            </Stack>
          );
        }}
      </Read>
    </>
  );
}
