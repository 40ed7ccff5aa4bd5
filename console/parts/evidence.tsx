import { Anchor, Stack, Text } from "@mantine/core";
import { useId, useState } from "react";
import { Link } from "wouter";
import type { Result } from "../api/client.js";
import { addressOf } from "../app/location.js";
import { counted } from "./counted.js";
import { When } from "./dates.js";
import styles from "./evidence.module.css";
import { Said } from "./said.js";

type Source = Result<"persona">["lines"][number]["sources"][number];

/** Shown before one asks for more. */
const first = 2;

/** The interactions that something learned rests on, in the user's own words. */
export function Evidence({
  user,
  since,
  sources,
}: {
  readonly user: string;
  readonly since?: string;
  readonly sources: readonly Source[];
}) {
  const [isOpen, setOpen] = useState(false);
  const list = useId();
  if (sources.length === 0)
    return (
      <Text size="sm" c="dimmed">
        It rests on no interaction that is still kept.
      </Text>
    );
  return (
    <div>
      <Text size="sm" c="dimmed" mb={6}>
        {since && (
          <>
            Since <When at={since} />,{" "}
          </>
        )}
        {since ? "because" : "Because"} of {counted(sources.length, "interaction")}:
      </Text>
      <Stack component="ul" id={list} gap="xs" m={0} p={0} className={styles["list"] ?? ""}>
        {sources.slice(0, isOpen ? undefined : first).map(({ id, at, query, answer }) => (
          <li key={id} className={styles["source"]}>
            <Anchor
              component={Link}
              href={`${addressOf(user, "interactions")}/${encodeURIComponent(id)}`}
              size="sm"
              className={styles["when"] ?? ""}
            >
              <When at={at} />
            </Anchor>
            <div>
              <Said text={query} size="sm" />
              {answer !== null && <Said text={`→ ${answer}`} size="sm" fw={600} />}
            </div>
          </li>
        ))}
      </Stack>
      {sources.length > first && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          mt={6}
          aria-expanded={isOpen}
          aria-controls={list}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Show fewer" : `Show all ${sources.length}`}
        </Anchor>
      )}
    </div>
  );
}
