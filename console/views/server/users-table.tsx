import { Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import styles from "./server.module.css";

type Status = Result<"statuses">[number];

/** Rows a page. */
const pageSize = 25;
const number = new Intl.NumberFormat();

const choices = {
  all: () => true,
  due: ({ due }) => due,
  running: ({ status }) => status === "running",
  review: ({ status }) => status === "review",
  failed: ({ status, deadJobs }) =>
    status === "failed" || status === "cut-off" || deadJobs.length > 0,
} satisfies Record<string, (status: Status) => boolean>;
type Choice = keyof typeof choices;

const choiceNames: Record<Choice, string> = {
  all: "All",
  due: "Learning is due",
  running: "Learning now",
  review: "A version waits",
  failed: "Something failed",
};

/** Everybody, with what they left to learn from and what it cost today. */
export function UsersTable({ statuses }: { readonly statuses: readonly Status[] }) {
  const [text, setText] = useState("");
  const [choice, setChoice] = useState<Choice>("all");
  const [page, setPage] = useState(0);
  const wanted = text.trim().toLowerCase();
  const found = statuses.filter(
    (status) => choices[choice](status) && status.user.toLowerCase().includes(wanted),
  );
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const shown = Math.min(page, pages - 1);
  const rows = found.slice(shown * pageSize, (shown + 1) * pageSize);
  const tokens = statuses.reduce((sum, { today }) => sum + today.tokens.in + today.tokens.out, 0);
  const due = statuses.filter(choices.due).length;
  return (
    <Stack gap="sm">
      <Text>
        {counted(statuses.length, "user")}, {due === 0 ? "nobody" : number.format(due)} due to
        learn. {counted(tokens, "token")} went into learning today (UTC).
      </Text>
      <Group gap="md" align="flex-end">
        <TextInput
          label="Find a user"
          value={text}
          autoComplete="off"
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setPage(0);
          }}
        />
        <Select
          label="Show"
          data={Object.entries(choiceNames).map(([value, label]) => ({ value, label }))}
          value={choice}
          allowDeselect={false}
          onChange={(value) => {
            if (value !== null) setChoice(value as Choice);
            setPage(0);
          }}
        />
      </Group>
      <Table.ScrollContainer minWidth={760} type="native" className="card" tabIndex={0}>
        <Table verticalSpacing="xs" aria-label="Users" className={styles["table"] ?? ""}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>User</Table.Th>
              <Table.Th>Learning</Table.Th>
              <Table.Th className={styles["number"] ?? ""}>New answers</Table.Th>
              <Table.Th>Persona</Table.Th>
              <Table.Th>Last result</Table.Th>
              <Table.Th className={styles["number"] ?? ""}>Tokens today</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((status) => (
              <Row key={status.user} status={status} />
            ))}
          </Table.Tbody>
        </Table>
        {rows.length === 0 && (
          <Text c="dimmed" p="md">
            Nobody is like this.
          </Text>
        )}
      </Table.ScrollContainer>
      {pages > 1 && (
        <Group component="nav" aria-label="Pages" gap="md">
          <Button variant="default" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
            Before
          </Button>
          <Text size="sm" c="dimmed" aria-live="polite">
            Page {shown + 1} of {pages}
          </Text>
          <Button
            variant="default"
            disabled={shown + 1 >= pages}
            onClick={() => setPage(shown + 1)}
          >
            Next
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Row({ status }: { readonly status: Status }) {
  const { user, newAnswers, headVersion, onTrial, lastOutcome, today } = status;
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={addressOf(user)} className={styles["user"] ?? ""}>
          <bdi>{user}</bdi>
        </Link>
      </Table.Td>
      <Table.Td>{stateOf(status)}</Table.Td>
      <Table.Td className={styles["number"] ?? ""}>{number.format(newAnswers)}</Table.Td>
      <Table.Td>
        version {headVersion}
        {onTrial && ", on trial"}
      </Table.Td>
      <Table.Td>
        {lastOutcome === null ? (
          "–"
        ) : (
          <>
            <When at={lastOutcome.at} />,{" "}
            {lastOutcome.rolledBack
              ? "rolled back"
              : lastOutcome.accepted
                ? "taken"
                : "nothing taken"}
          </>
        )}
      </Table.Td>
      <Table.Td className={styles["number"] ?? ""}>
        {number.format(today.tokens.in + today.tokens.out)}
      </Table.Td>
    </Table.Tr>
  );
}

function stateOf({ status, due, error }: Status) {
  if (status === "running") return "learns now";
  if (status === "review")
    return <b style={{ color: "var(--console-warn)" }}>waits for a decision</b>;
  if (status === "failed" && error?.code !== "stopped")
    return (
      <b style={{ color: "var(--console-bad)" }} title={error?.message}>
        failed
      </b>
    );
  if (due) return <b>due</b>;
  return status === "idle" ? "not due" : "was stopped";
}
