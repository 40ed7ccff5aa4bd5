import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { memo } from "react";
import { Problem } from "../../parts/states.js";
import { Said } from "../../parts/said.js";
import styles from "./chat.module.css";
import type { Turn } from "./conversation.js";
import { MadeFrom } from "./made-from.js";
import { VerdictOf } from "./verdict.js";

/**
 * One message, the answer, what it was made from, and what the user says of it. Drawn again only where it changed: while
 * one answer grows, the others would cost its first word the time.
 */
export const ChatTurn = memo(function ChatTurn({
  user,
  turn,
  onRetry,
}: {
  readonly user: string;
  readonly turn: Turn;
  /** Of the last turn only. */
  readonly onRetry: (() => void) | undefined;
}) {
  const { question, state, answer, problem, result } = turn;
  return (
    <li className={styles["turn"]}>
      <div className={styles["question"]}>
        <span className="visually-hidden">You: </span>
        <Said text={question} />
      </div>
      <Stack gap="sm" className={styles["answer"] ?? ""}>
        <span className="visually-hidden">The agent: </span>
        {state === "answering" && answer === "" && <Doing turn={turn} />}
        {answer !== "" && <Answer turn={turn} />}
        {state === "failed" && <Problem error={problem} {...(onRetry && { onRetry })} />}
        {state === "stopped" && (
          <Group gap="sm">
            <Text size="sm" c="dimmed">
              You stopped it. Nothing of this was remembered.
            </Text>
            {onRetry && (
              <Button size="xs" variant="default" onClick={onRetry}>
                Ask again
              </Button>
            )}
          </Group>
        )}
        {result !== null && <MadeFrom user={user} result={result} earlier={turn.earlier} />}
        {result !== null && result.episodeId !== null && (
          <VerdictOf user={user} turn={turn} episodeId={result.episodeId} />
        )}
      </Stack>
    </li>
  );
});

/** It is folded only once it is whole: what grows is to be seen growing. */
function Answer({ turn: { answer, state } }: { readonly turn: Turn }) {
  if (state !== "answering") return <Said text={answer} />;
  return (
    <Text component="div" className={`said ${styles["growing"]}`} dir="auto" data-growing>
      {answer}
    </Text>
  );
}

function Doing({ turn: { version, recalled, tools } }: { readonly turn: Turn }) {
  const tool = tools.findLast(({ ok }) => ok === null);
  return (
    <Group gap="xs">
      <Loader size="xs" type="dots" aria-hidden />
      <Text size="sm" c="dimmed">
        {tool !== undefined
          ? `Using ${tool.name} …`
          : recalled !== null
            ? `Persona version ${version ?? 0}, ${recalled} recalled. Answering …`
            : "Remembering …"}
      </Text>
    </Group>
  );
}
