import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { useKept } from "../../api/kept.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { PageTitle } from "../../parts/page-title.js";
import { Problem, Waiting } from "../../parts/states.js";
import { learningOf } from "./learning-run.js";
import { Outcome, titleOf } from "./outcome.js";
import { RunProgress } from "./run-progress.js";
import { StartLearning } from "./start-learning.js";

/** How often one looks whether a run that something else began has ended, in milliseconds. */
const lookAgainMs = 3_000;

/** One has the agent learn from what the user said was right, and watches. */
export default function LearningView({ user }: { readonly user: string }) {
  const client = useQueryClient();
  const learning = learningOf(user);
  const run = useKept(learning.run);
  const isRunning = run?.state === "running";
  const { data, error, refetch } = useQuery({
    ...queries.status(user),
    refetchInterval: ({ state }) =>
      !isRunning && state.data?.status === "running" ? lookAgainMs : false,
  });
  useEffect(() => {
    if (run !== null && run.state !== "running")
      void client.invalidateQueries({ queryKey: ["user", user] });
  }, [client, user, run]);
  return (
    <>
      <PageTitle
        title="Learning"
        about={
          <>
            It answers past questions of <bdi>{user}</bdi> again, sees where it was wrong, and
            rewrites the lines it answers by. A change is kept only if it does better on questions
            that it did not learn from.
          </>
        }
      />
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {/* It is said when it changes, which only works where it was there before. */}
      <div role="status" className="visually-hidden">
        {run?.result && titleOf(run.result, data?.onTrial === true)}
      </div>
      <Stack gap="xl">
        {data && !isRunning && <Before user={user} status={data} />}
        {data && !isRunning && data.status !== "running" && data.status !== "review" && (
          <StartLearning
            isAgain={run !== null}
            isCutOff={data.status === "failed" || data.status === "cut-off"}
            onStart={learning.start}
          />
        )}
        {run !== null && isRunning && <RunProgress user={user} run={run} onStop={learning.stop} />}
        {run !== null && run.state === "failed" && <Problem error={run.problem} />}
        {run !== null && run.state === "stopped" && (
          <Text role="status">
            You stopped it. What was done so far is kept: start it again under the same settings,
            and it goes on from there.
          </Text>
        )}
        {run?.result && <Outcome user={user} run={run} result={run.result} />}
      </Stack>
    </>
  );
}

/** What there is to learn from, and how the last run ended. */
function Before({ user, status }: { readonly user: string; readonly status: Result<"status"> }) {
  const { newAnswers, due, headVersion, onTrial, lastOutcome, error } = status;
  return (
    <Stack gap={6}>
      {status.status === "review" && (
        <Text fw={600}>
          A new version waits for a decision.{" "}
          <Anchor component={Link} href={addressOf(user, "history")} inherit>
            Approve, edit or reject it
          </Anchor>
        </Text>
      )}
      {status.status === "running" && (
        <Text fw={600} role="status">
          It is learning now, since <When at={status.at} exact />. Somebody else began it, or it
          began by itself; this page says when it is over.
        </Text>
      )}
      <Text>
        {newAnswers === 0
          ? "No true answer is new since it last learned."
          : `${counted(newAnswers, "true answer")} ${newAnswers === 1 ? "is" : "are"} new since it last learned.`}
        {due && " It is time to learn."}
      </Text>
      <Text c="dimmed" size="sm">
        Persona version {headVersion} is in use
        {onTrial ? ", on trial until later answers confirm it" : ""}.
        {lastOutcome !== null && (
          <>
            {" "}
            The last run ended on <When at={lastOutcome.at} />:{" "}
            {lastOutcome.accepted ? `version ${lastOutcome.version} was taken` : "nothing changed"}
            {lastOutcome.rolledBack && ", and was taken back later"}.
          </>
        )}
      </Text>
      {error !== null && error.code !== "stopped" && (
        <Text size="sm" c="var(--console-warn)" className="said">
          The last run failed: {error.message}
        </Text>
      )}
    </Stack>
  );
}
