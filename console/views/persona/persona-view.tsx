import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { Evidence } from "../../parts/evidence.js";
import { PageTitle } from "../../parts/page-title.js";
import { Said } from "../../parts/said.js";
import { Read } from "../../parts/read.js";
import { Empty } from "../../parts/states.js";
import { Statement } from "../../parts/statement.js";
import { Now } from "./now.js";

/** What the agent believes of the user now, and why. */
export default function PersonaView({ user }: { readonly user: string }) {
  const about = (
    <>
      Before it answers <bdi>{user}</bdi>, the agent reads this page.
    </>
  );
  return (
    <>
      <PageTitle title="Persona" about={about} />
      <Now user={user} />
      <Read query={queries.persona(user)}>
        {(persona) => <Parts user={user} persona={persona} />}
      </Read>
    </>
  );
}

function Parts({ user, persona }: { readonly user: string; readonly persona: Result<"persona"> }) {
  const { version, at, lines, profile, instructions } = persona;
  const statements = profile?.statements ?? [];
  const sources = new Set(lines.flatMap(({ sources: each }) => each.map(({ id }) => id)));
  return (
    <Stack gap={36}>
      {lines.length > 0 && at !== null && (
        <Text fz="lg" maw={680}>
          Since <When at={at} /> the agent follows {counted(lines.length, "line")} that it learned
          from {counted(sources.size, "interaction")} with <bdi>{persona.user}</bdi>
          {statements.length > 0 && (
            <>, and takes {counted(statements.length, "statement")} about them to be true</>
          )}
          .
        </Text>
      )}
      <section aria-labelledby="lines">
        <Group justify="space-between" align="baseline" mb="sm">
          <Title order={2} size="h4" id="lines">
            How it answers
          </Title>
          <Anchor component={Link} href={addressOf(user, "history")} size="sm">
            Version {version}
          </Anchor>
        </Group>
        {lines.length === 0 ? (
          <Empty title="Nothing learned yet">
            The agent learns lines here when it knows what <bdi>{user}</bdi> really answered.
          </Empty>
        ) : (
          <Stack gap="sm">
            {lines.map(({ text, since, sources }) => (
              <Stack key={text} className="card" p="lg" gap="md">
                <Said text={text} fw={600} fz="lg" lh={1.4} />
                <Evidence user={user} since={since.at} sources={sources} />
              </Stack>
            ))}
          </Stack>
        )}
      </section>
      <section aria-labelledby="facts">
        <Title order={2} size="h4" id="facts" mb="sm">
          What it knows
        </Title>
        {statements.length === 0 ? (
          <Empty title="Nothing known yet">A profile is drawn after some conversation.</Empty>
        ) : (
          <Stack className="card" p="lg" gap="md">
            <Stack component="ul" gap="xs" m={0} ps="lg">
              {statements.map(({ text }) => (
                <li key={text}>
                  <Statement text={text} />
                </li>
              ))}
            </Stack>
            <Anchor component={Link} href={addressOf(user, "profile")} size="sm">
              Where each of these comes from
            </Anchor>
          </Stack>
        )}
      </section>
      {instructions !== "" && (
        <section aria-labelledby="instructions">
          <Title order={2} size="h4" id="instructions" mb="sm">
            What the operator told it
          </Title>
          <div className="card">
            <Said text={instructions} p="lg" />
          </div>
        </section>
      )}
    </Stack>
  );
}
