import { Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { Problem } from "../../parts/states.js";
import styles from "./server.module.css";

type Status = Result<"statuses">[number];
type Usage = Result<"usages">["users"][number];

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

/** Days that are counted, today included. */
const days = 30;

/** Everybody, with their activity, what they left to learn from, and what their model calls cost. */
export function UsersTable({ statuses }: { readonly statuses: readonly Status[] }) {
  const { data, error } = useQuery(queries.usages(firstDay()));
  const usages = new Map((data ?? []).map((usage) => [usage.user, usage]));
  const [text, setText] = useState("");
  const [choice, setChoice] = useState<Choice>("all");
  const [page, setPage] = useState(0);
  const wanted = text.trim().toLowerCase();
  const activeAt = ({ user }: Status) => usages.get(user)?.lastActive ?? "";
  const found = statuses
    .filter((status) => choices[choice](status) && status.user.toLowerCase().includes(wanted))
    .toSorted((a, b) => activeAt(b).localeCompare(activeAt(a)));
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const shown = Math.min(page, pages - 1);
  const rows = found.slice(shown * pageSize, (shown + 1) * pageSize);
  const due = statuses.filter(choices.due).length;
  return (
    <Stack gap="sm">
      <Text>
        {counted(statuses.length, "user")}, {due === 0 ? "nobody" : number.format(due)} due to
        learn.{data && ` ${spentBy(data)}`}
      </Text>
      {error && <Problem error={error} />}
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
      <Table.ScrollContainer minWidth={900} type="native" className="card" tabIndex={0}>
        <Table verticalSpacing="xs" aria-label="Users" className={styles["table"] ?? ""}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>User</Table.Th>
              <Table.Th>Last active</Table.Th>
              <Table.Th>Learning</Table.Th>
              <Table.Th className={styles["number"] ?? ""}>New answers</Table.Th>
              <Table.Th>Persona</Table.Th>
              <Table.Th>Last result</Table.Th>
              <Table.Th className={styles["number"] ?? ""}>Tokens, {days} days</Table.Th>
              <Table.Th className={styles["number"] ?? ""}>Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((status) => (
              <Row key={status.user} status={status} usage={usages.get(status.user)} />
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

function Row({
  status,
  usage,
}: {
  readonly status: Status;
  /** `undefined` until it is known. */
  readonly usage: Usage | undefined;
}) {
  const { user, newAnswers, headVersion, onTrial, lastOutcome } = status;
  const spent = usage?.usage;
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={addressOf(user)} className={styles["user"] ?? ""}>
          <bdi>{user}</bdi>
        </Link>
      </Table.Td>
      <Table.Td>{usage?.lastActive ? <When at={usage.lastActive} /> : "–"}</Table.Td>
      <Table.Td>{stateOf(status)}</Table.Td>
      <Table.Td className={styles["number"] ?? ""}>{number.format(newAnswers)}</Table.Td>
      <Table.Td>
        version {headVersion}
        {onTrial && ", on trial"}
      </Table.Td>
      <Table.Td>
        {lastOutcome === null
          ? "–"
          : lastOutcome.rolledBack
            ? "rolled back"
            : lastOutcome.accepted
              ? "taken"
              : "nothing taken"}
      </Table.Td>
      <Table.Td className={styles["number"] ?? ""}>
        {spent === undefined ? "–" : number.format(spent.in + spent.out)}
      </Table.Td>
      <Table.Td className={styles["number"] ?? ""}>{shownCost(spent?.cost ?? null)}</Table.Td>
    </Table.Tr>
  );
}

/** The first of the UTC days that are counted. */
function firstDay(): string {
  return new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
}

function spentBy(usages: readonly Usage[]): string {
  const tokens = usages.reduce((sum, { usage }) => sum + usage.in + usage.out, 0);
  const costs = usages.map(({ usage }) => usage.cost);
  const known = costs.filter((cost) => cost !== null);
  const cost = known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0);
  return `${counted(tokens, "token")} in ${days} days${cost === null ? "" : `, which cost ${shownCost(cost)}`}.`;
}

/** In the unit of the operator's prices; `–` without prices. */
function shownCost(cost: number | null): string {
  return cost === null ? "–" : cost.toLocaleString(undefined, { maximumFractionDigits: 4 });
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
