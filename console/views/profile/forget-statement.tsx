import { Stack, Text } from "@mantine/core";
import { api, type Result, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { AskFirst } from "../../parts/ask-first.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { Said } from "../../parts/said.js";
import styles from "./profile.module.css";

type ProfileStatement = NonNullable<Result<"profile">>["statements"][number];

/** A statement is forgotten with what it rests on: the agent could read it there again. */
export function ForgetStatement({
  user,
  statement: { sources },
  onClose,
}: {
  readonly user: string;
  readonly statement: ProfileStatement;
  readonly onClose: () => void;
}) {
  const forget = useChange(
    user,
    async () => {
      // One after another: each deletion withdraws what rested on it.
      for (const { id } of sources)
        await unwrap(api.DELETE("/users/{user}/episodes/{id}", { params: { path: { user, id } } }));
    },
    onClose,
  );
  const what = counted(sources.length, "interaction");
  return (
    <AskFirst
      title="Forget this?"
      isOpen
      onClose={onClose}
      doIt={`Delete ${what}`}
      isDangerous
      onDo={() => forget.mutate()}
      isBusy={forget.isPending}
      isReady={sources.length > 0}
      error={forget.error}
    >
      <Text>
        The agent can forget this only with the {what} that it has it from. They are deleted, and
        with them whatever else was learned from them. This cannot be undone.
      </Text>
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: "none" }}>
        {sources.map(({ id, at, query, answer }) => (
          <li key={id} className={styles["source"]}>
            <Text size="xs" c="dimmed">
              <When at={at} />
            </Text>
            <Said text={query.slice(0, 300)} size="sm" />
            {answer !== null && <Said text={`→ ${answer.slice(0, 200)}`} size="sm" fw={600} />}
          </li>
        ))}
      </Stack>
    </AskFirst>
  );
}
