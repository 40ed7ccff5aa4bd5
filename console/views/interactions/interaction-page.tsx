import { Anchor, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { percent } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import { Said } from "../../parts/said.js";
import { CorrectInteraction } from "./correct-interaction.js";
import { DeleteInteraction } from "./delete-interaction.js";
import styles from "./interactions.module.css";

type Interaction = Result<"show">;

/** One interaction with all that is known of it. */
export function InteractionPage({ user, id }: { readonly user: string; readonly id: string }) {
  return (
    <>
      <PageTitle
        title="Interaction"
        about={
          <Anchor component={Link} href={addressOf(user, "interactions")}>
            All interactions
          </Anchor>
        }
      />
      <Read query={queries.interaction(user, id)}>
        {(interaction) => (
          <Stack gap="lg">
            <div className="card">
              <Known interaction={interaction} />
            </div>
            <CorrectInteraction user={user} interaction={interaction} />
            <DeleteInteraction user={user} id={id} />
          </Stack>
        )}
      </Read>
    </>
  );
}

function Known({ interaction }: { readonly interaction: Interaction }) {
  const { at, query, options, scale, response, answer, replacedResponses } = interaction;
  const { toolsUsed, personaVersion, source, rejected, reason } = interaction;
  return (
    <Stack component="dl" p="lg" className={styles["parts"] ?? ""}>
      <Part name="When">
        <When at={at} exact />
        {source !== "turn" && (
          <Text span c="dimmed">
            {source === "import" ? " · happened elsewhere" : " · written by others"}
          </Text>
        )}
      </Part>
      <Part name="What was said">
        <Said text={query} />
        {options !== null && (
          <Text size="sm" c="dimmed">
            Possible answers: {options.join(", ")}
          </Text>
        )}
        {scale !== null && (
          <Text size="sm" c="dimmed">
            An answer on a scale
          </Text>
        )}
      </Part>
      {response !== null && (
        <Part name="What the agent answered">
          <Said text={response} />
          <Text size="sm" c="dimmed">
            {personaVersion !== null && <>by version {personaVersion} of the persona</>}
            {toolsUsed.length > 0 && <> · tools: {toolsUsed.join(", ")}</>}
          </Text>
        </Part>
      )}
      {replacedResponses.length > 0 && (
        <Part name="Answers that it replaced">
          {replacedResponses.map((text) => (
            <Said key={text} text={text} c="dimmed" />
          ))}
        </Part>
      )}
      <Part name="The true answer">
        {answer === null ? <Text c="dimmed">Not known</Text> : <Said text={answer} fw={600} />}
        {rejected && <Text size="sm">The answer was called wrong.</Text>}
        {reason !== null && <Said text={`Because: ${reason}`} size="sm" />}
        <Feedback interaction={interaction} />
      </Part>
    </Stack>
  );
}

/** Where the true answer, or the judgement, came from. */
function Feedback({ interaction: { feedback } }: { readonly interaction: Interaction }) {
  if (feedback === null) return null;
  const { author, at, inferred } = feedback;
  return (
    <Text size="sm" c="dimmed">
      {inferred === null ? (
        <>
          From <bdi>{author}</bdi>, <When at={at} exact />
        </>
      ) : (
        <>
          Read by a model in a later message, {percent(inferred.confidence)} sure,{" "}
          <When at={at} exact />
        </>
      )}
    </Text>
  );
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" fw={600} c="dimmed">
        {name}
      </Text>
      <dd>{children}</dd>
    </div>
  );
}
