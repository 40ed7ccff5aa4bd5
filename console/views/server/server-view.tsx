import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { queries } from "../../api/queries.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import { DeadJobs } from "./dead-jobs.js";
import { Health } from "./health.js";
import { Progress } from "./progress.js";
import { UsersTable } from "./users-table.js";

/** How often it is looked at again, in milliseconds. */
const lookAgainMs = 15_000;

/** For whoever runs the server: whether it is well, who uses it, and whether learning helps. */
export default function ServerView() {
  const statuses = { ...queries.statuses(), refetchInterval: lookAgainMs };
  const { data } = useQuery(statuses);
  return (
    <>
      <PageTitle
        title="This server"
        about="Whether it is well, who uses it, and whether what it learns helps. Only operators see this page."
      />
      <Stack gap={36}>
        <Part title="Health" id="health">
          <Read query={{ ...queries.health(), refetchInterval: lookAgainMs }}>
            {(health) => <Health health={health} />}
          </Read>
          {data !== undefined && <DeadJobs statuses={data} />}
        </Part>
        <Part title="Users" id="users">
          <Read query={statuses}>{(found) => <UsersTable statuses={found} />}</Read>
        </Part>
        <Part title="Learning" id="learning">
          {data !== undefined && <Progress statuses={data} />}
        </Part>
        <Text size="sm" c="dimmed">
          Evaluations run on the command line and write their reports into files, which this page
          does not see: <code>persona-agent eval</code>.
        </Text>
      </Stack>
    </>
  );
}

function Part({
  title,
  id,
  children,
}: {
  readonly title: string;
  readonly id: string;
  readonly children: ReactNode;
}) {
  return (
    <section aria-labelledby={id}>
      <Group mb="sm">
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
      </Group>
      <Stack gap="md">{children}</Stack>
    </section>
  );
}
