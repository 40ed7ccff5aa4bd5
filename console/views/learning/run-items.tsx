import { ScrollArea, Table, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link } from "wouter";
import { api, unwrap } from "../../api/client.js";
import { addressOf } from "../../app/location.js";
import { counted, percent } from "../../parts/counted.js";
import type { LearningRun, RunItem } from "./learning-run.js";
import styles from "./learning.module.css";

/** A run learns from interactions among the latest 256. */
const among = 256;

/** The questions of a run, each with its scores; folded, because there may be many. */
export function RunItems({ user, run }: { readonly user: string; readonly run: LearningRun }) {
  const [isOpen, setOpen] = useState(false);
  const table = useId();
  // First those that it learns from, then the worst.
  const items = [...run.items.values()].toSorted(
    (a, b) => Number(b.isCriticised) - Number(a.isCriticised) || (a.now ?? 2) - (b.now ?? 2),
  );
  if (items.length === 0) return null;
  return (
    <div>
      <UnstyledButton
        aria-expanded={isOpen}
        aria-controls={table}
        td="underline"
        fz="sm"
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Hide the questions" : `Show the ${counted(items.length, "question")}`}
      </UnstyledButton>
      <div id={table}>{isOpen && <Items user={user} items={items} />}</div>
    </div>
  );
}

function Items({ user, items }: { readonly user: string; readonly items: readonly RunItem[] }) {
  const { data } = useQuery({
    queryKey: ["user", user, "questions"],
    queryFn: async () => {
      const query = { limit: among };
      const path = { user };
      const found = await unwrap(api.GET("/users/{user}/episodes", { params: { path, query } }));
      return new Map(found.map(({ id, query: question }) => [id, question]));
    },
  });
  return (
    <ScrollArea.Autosize mah={420} mt="sm" type="auto" viewportProps={{ tabIndex: 0 }}>
      <Table verticalSpacing={6} fz="sm" aria-label="The questions of the run">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Question</Table.Th>
            <Table.Th className={styles["number"] ?? ""}>Now</Table.Th>
            <Table.Th className={styles["number"] ?? ""}>Changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ episodeId, now, changed, isCriticised, preferred }) => (
            <Table.Tr key={episodeId}>
              <Table.Td>
                <Link
                  href={`${addressOf(user, "interactions")}/${encodeURIComponent(episodeId)}`}
                  className={styles["itemLink"] ?? ""}
                >
                  <bdi>{data?.get(episodeId)?.slice(0, 160) ?? "An earlier interaction"}</bdi>
                </Link>
                {(isCriticised || preferred !== null) && (
                  <Text size="xs" c="dimmed">
                    {[
                      isCriticised && "learned from",
                      preferred === "candidate" && "the changed answer serves better",
                      preferred === "parent" && "the answer as it is serves better",
                      preferred === "neither" && "both serve alike",
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={styles["number"] ?? ""}>{shown(now)}</Table.Td>
              <Table.Td className={styles["number"] ?? ""}>{shown(changed)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function shown(score: number | null): string {
  return score === null ? "–" : percent(score);
}
