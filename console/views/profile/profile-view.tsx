import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import type { UserViewProps } from "../../app/pages.js";
import { When } from "../../parts/dates.js";
import { Evidence } from "../../parts/evidence.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import { Empty } from "../../parts/states.js";
import { Statement } from "../../parts/statement.js";
import { CorrectStatement } from "./correct-statement.js";
import { ForgetStatement } from "./forget-statement.js";
import styles from "./profile.module.css";

type ProfileStatement = NonNullable<Result<"profile">>["statements"][number];

/** What holds of the user, and where each statement comes from. */
export default function ProfileView({ user }: UserViewProps) {
  return (
    <>
      <PageTitle
        title="Profile"
        about={
          <>
            What the agent takes to hold of <bdi>{user}</bdi>, and where it has that from. Correct
            what is wrong; forget what it should not know.
          </>
        }
      />
      <Read query={queries.profile(user)}>
        {(profile) =>
          profile === null || profile.statements.length === 0 ? (
            <Empty title="Nothing is known yet">
              The agent draws a profile from conversation, after some turns.
            </Empty>
          ) : (
            <>
              <Text size="sm" c="dimmed" mb="sm">
                Version {profile.version}, <When at={profile.at} exact />
              </Text>
              <Stack component="ul" gap="sm" m={0} p={0} className={styles["list"] ?? ""}>
                {profile.statements.map((statement) => (
                  <StatementCard key={statement.text} user={user} statement={statement} />
                ))}
              </Stack>
            </>
          )
        }
      </Read>
    </>
  );
}

function StatementCard({
  user,
  statement,
}: {
  readonly user: string;
  readonly statement: ProfileStatement;
}) {
  const [open, setOpen] = useState<"correct" | "forget" | null>(null);
  const { text, since, sources, replaces } = statement;
  const close = () => setOpen(null);
  return (
    <Stack component="li" className="card" p="lg" gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={styles["text"]}>
          <Statement text={text} fw={600} fz="lg" lh={1.4} />
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setOpen("correct")}
            aria-label={`Correct: ${text.slice(0, 80)}`}
          >
            Correct
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setOpen("forget")}
            aria-label={`Forget: ${text.slice(0, 80)}`}
          >
            Forget
          </Button>
        </Group>
      </Group>
      <Evidence user={user} since={since} sources={sources} />
      {replaces.map((before) => (
        <details key={before.text}>
          <summary className={styles["before"]}>
            Before: <bdi>{before.text.slice(0, 120)}</bdi>
          </summary>
          <Stack mt="xs" gap="xs" ps="md">
            <Statement text={before.text} />
            <Evidence user={user} sources={before.sources} />
          </Stack>
        </details>
      ))}
      {open === "correct" && <CorrectStatement user={user} statement={text} onClose={close} />}
      {open === "forget" && <ForgetStatement user={user} statement={statement} onClose={close} />}
    </Stack>
  );
}
