import { Anchor, Button, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useId, useState } from "react";
import { Link } from "wouter";
import { api, type Result, unwrap } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { useChange } from "../../api/use-change.js";
import { addressOf } from "../../app/location.js";
import { AskFirst } from "../../parts/ask-first.js";
import { Changes } from "../../parts/changes.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { Read } from "../../parts/read.js";
import { Said } from "../../parts/said.js";
import styles from "./history.module.css";
import { Reason } from "./reason.js";
import { Scores } from "./scores.js";
import { nameOf, Standing } from "./standing.js";

type LogEntry = Result<"log">[number];

const authors: Record<LogEntry["author"], string> = {
  initial: "before anything was learned",
  alignment: "learned",
  person: "by a person",
  rollback: "restored",
};

/** One version, or an attempt at one. */
export function Entry({
  user,
  entry,
  isOpen: isOpenAtFirst,
}: {
  readonly user: string;
  readonly entry: LogEntry;
  readonly isOpen: boolean;
}) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const part = useId();
  const { id, at, author, version, standing, alignment } = entry;
  const isFirst = author === "initial";
  const hasChange = !isFirst && ["head", "past", "superseded", "rejected"].includes(standing);
  return (
    <li className={styles["entry"]} data-standing={standing}>
      <Stack className="card" p="lg" gap="sm">
        <Group justify="space-between" gap="xs" align="flex-start">
          <div>
            <Title order={2} size="h4">
              {nameOf(entry)}
            </Title>
            <Text size="sm" c="dimmed">
              {isFirst ? authors.initial : <When at={at} exact />}
              {!isFirst && ` · ${authors[author]}`}
            </Text>
          </div>
          <Standing entry={entry} />
        </Group>
        <Reason entry={entry} />
        <Scores entry={entry} />
        <Group gap="md">
          {hasChange && (
            <Anchor
              component="button"
              type="button"
              size="sm"
              aria-expanded={isOpen}
              aria-controls={part}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? "Hide what changed" : "Show what changed"}
            </Anchor>
          )}
          {!isFirst && (
            <Anchor
              component={Link}
              size="sm"
              href={`${addressOf(user, "history/compare")}?to=${version ?? id}`}
              aria-label={`Compare ${nameOf(entry)} with another`}
            >
              Compare
            </Anchor>
          )}
          {standing === "past" && version !== null && <Restore user={user} version={version} />}
        </Group>
        {hasChange && (
          <Collapse expanded={isOpen} id={part}>
            {isOpen && (
              <Stack gap="md" pt="xs">
                <Read query={queries.diff(user, { to: id })}>
                  {(comparison) => <Changes comparison={comparison} />}
                </Read>
                {alignment !== null && alignment.critiques.length > 0 && (
                  <Critiques user={user} critiques={alignment.critiques} />
                )}
              </Stack>
            )}
          </Collapse>
        )}
      </Stack>
    </li>
  );
}

/** What was wrong with the answers before, in words. */
function Critiques({
  user,
  critiques,
}: {
  readonly user: string;
  readonly critiques: NonNullable<LogEntry["alignment"]>["critiques"];
}) {
  return (
    <details>
      <summary className={styles["summary"]}>
        Why: {counted(critiques.length, "answer")} of the version before, criticised
      </summary>
      <Stack component="ul" gap="xs" mt="xs" ps="lg" mb={0}>
        {critiques.map(({ episodeId, text }) => (
          <li key={episodeId}>
            <Said text={text} size="sm" />
            <Anchor component={Link} size="xs" href={addressOf(user, `interactions/${episodeId}`)}>
              Show the interaction
            </Anchor>
          </li>
        ))}
      </Stack>
    </details>
  );
}

function Restore({ user, version }: { readonly user: string; readonly version: number }) {
  const [isOpen, setOpen] = useState(false);
  const restore = useChange(
    user,
    () =>
      unwrap(
        api.POST("/users/{user}/persona/rollback", {
          params: { path: { user } },
          body: { to: version },
        }),
      ),
    () => setOpen(false),
  );
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        Restore
      </Button>
      <AskFirst
        title={`Restore version ${version}?`}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        doIt="Restore it"
        onDo={() => restore.mutate()}
        isBusy={restore.isPending}
        error={restore.error}
      >
        <Text>
          The agent answers as version {version} did, from the next message on. It becomes a new
          version, so nothing is lost.
        </Text>
      </AskFirst>
    </>
  );
}
