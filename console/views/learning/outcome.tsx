import { Anchor, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { counted, percent } from "../../parts/counted.js";
import { Said } from "../../parts/said.js";
import type { LearningRun } from "./learning-run.js";
import styles from "./learning.module.css";
import { RunItems } from "./run-items.js";

type Learned = Result<"align">;
type Iteration = Learned["iterations"][number];

/** How a run ended, in plain words, and why. */
export function Outcome({
  user,
  run,
  result,
}: {
  readonly user: string;
  readonly run: LearningRun;
  readonly result: Learned;
}) {
  const { data: status } = useQuery(queries.status(user));
  const { iterations, head, review, usage, seconds, degraded } = result;
  const taken = iterations.filter(({ accepted }) => accepted);
  const isOnTrial = status?.onTrial === true && status.headVersion === head.version;
  const measured = iterations.findLast((each) => each.accepted || each.candidateScore !== null);
  return (
    <Stack className="card" p="lg" gap="md" component="section" aria-labelledby="outcome">
      <div>
        <Title order={2} size="h4" id="outcome" c={toneOf(taken.length > 0, review !== null)}>
          {titleOf(result, isOnTrial)}
        </Title>
        <Text c="dimmed" size="sm">
          {counted(usage.calls, "model call")},{" "}
          {counted(usage.tokens.in + usage.tokens.out, "token")}, {seconds.toFixed(1)} s
        </Text>
      </div>
      {degraded.includes("budget-spent") && (
        <Text c="var(--console-warn)">The budget was spent before the run was over.</Text>
      )}
      {taken.length > 0 && head.lines.length > 0 && (
        <div>
          <Text size="sm" fw={600} mb={4}>
            It now answers by {head.lines.length === 1 ? "this line" : "these lines"}:
          </Text>
          <Stack component="ul" gap={4} m={0} ps="lg">
            {head.lines.map(({ text }) => (
              <li key={text}>
                <Said text={text} />
              </li>
            ))}
          </Stack>
        </div>
      )}
      {measured !== undefined && <Scores iteration={measured} />}
      <Reasons iterations={iterations} />
      {taken.length === 0 && review === null && (
        <Text size="sm">
          The more answers you call right or correct, the likelier it is that a change can show its
          worth.
        </Text>
      )}
      <RunItems user={user} run={run} />
      <Group gap="lg">
        {review !== null && (
          <Anchor component={Link} href={addressOf(user, "history")} fw={600}>
            Approve, edit or reject it
          </Anchor>
        )}
        {taken.length > 0 && (
          <Anchor component={Link} href={addressOf(user, "persona")} fw={600}>
            See the persona now
          </Anchor>
        )}
        {taken.length > 0 && (
          <Anchor component={Link} href={compared(user, taken)}>
            What changed
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}

/** What became of a run, in a few words. */
export function titleOf({ iterations, head, review }: Learned, isOnTrial: boolean): string {
  if (review !== null) return "A new version waits for a decision";
  if (iterations.some(({ accepted }) => accepted))
    return isOnTrial
      ? `Version ${head.version} was taken, on trial`
      : `Version ${head.version} was taken`;
  if (iterations.some(({ candidateScore }) => candidateScore !== null))
    return "Nothing changed: no change did better";
  if (iterations.every(({ parentScore }) => parentScore === null))
    return "It did not start: there is too little to learn from";
  return "Nothing changed: there was nothing to change";
}

function toneOf(isTaken: boolean, isWaiting: boolean): string {
  if (isWaiting) return "var(--console-warn)";
  return isTaken ? "var(--console-good)" : "var(--mantine-color-text)";
}

/** From the version before the run to the latest that it took. */
function compared(user: string, taken: readonly Iteration[]): string {
  const first = Math.min(...taken.flatMap(({ version }) => version ?? []));
  const last = Math.max(...taken.flatMap(({ version }) => version ?? []));
  return `${addressOf(user, "history")}/compare?from=${first - 1}&to=${last}`;
}

function Reasons({ iterations }: { readonly iterations: readonly Iteration[] }) {
  return (
    <Stack component="ol" gap="xs" m={0} p={0} className={styles["list"] ?? ""}>
      {iterations.map((iteration, place) => (
        // Iterations have no names of their own, and never change places.
        <li key={`${place}`}>
          <Text size="sm">
            <b>
              Update {place + 1}: {becameOf(iteration)}
            </b>
          </Text>
          <Text size="sm" c="dimmed" className="said">
            {iteration.reason}
          </Text>
        </li>
      ))}
    </Stack>
  );
}

function becameOf({ accepted, version, candidateScore, parentScore }: Iteration): string {
  if (accepted) return `taken as version ${version}`;
  if (candidateScore !== null) return "not taken";
  return parentScore === null ? "not started" : "nothing to change";
}

function Scores({ iteration }: { readonly iteration: Iteration }) {
  const { parentScore, candidateScore, holdoutParent, holdoutCandidate } = iteration;
  const rows = [
    ["What it learned from", parentScore, candidateScore],
    ["What it did not learn from", holdoutParent, holdoutCandidate],
  ] as const;
  return (
    <Table maw={480} fz="sm" aria-label="Scores">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Right answers</Table.Th>
          <Table.Th className={styles["number"] ?? ""}>Before</Table.Th>
          <Table.Th className={styles["number"] ?? ""}>After</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, before, after]) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td className={styles["number"] ?? ""}>{shown(before)}</Table.Td>
            <Table.Td className={styles["number"] ?? ""}>{shown(after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function shown(score: number | null): string {
  return score === null ? "–" : percent(score);
}
