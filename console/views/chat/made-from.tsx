import { Anchor, Collapse, Stack, Text, UnstyledButton } from "@mantine/core";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { When } from "../../parts/dates.js";
import { Said } from "../../parts/said.js";
import styles from "./chat.module.css";

type Answered = Result<"ask">;
type Recalled = NonNullable<Answered["why"]>["recalled"][number];

/** Shared words to name; a long question has thousands. */
const mostWords = 8;

/** What an answer was made from: one line, and all of it when it is opened. */
export function MadeFrom({
  user,
  result,
  earlier,
}: {
  readonly user: string;
  readonly result: Answered;
  /** How many turns of the conversation it read before. */
  readonly earlier: number;
}) {
  const [isOpen, setOpen] = useState(false);
  const details = useId();
  const { personaVersion, tools, degraded, why, usage, seconds } = result;
  const recalled = why?.recalled ?? [];
  const parts = [
    `Persona version ${personaVersion}`,
    `${recalled.length} recalled`,
    ...(earlier > 0 ? [`${counted(earlier, "earlier turn")} of this conversation`] : []),
    ...tools.map(({ name, ok }) => (ok ? `used ${name}` : `${name} failed`)),
  ];
  return (
    <div>
      <UnstyledButton
        className={styles["fold"] ?? ""}
        aria-expanded={isOpen}
        aria-controls={details}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight size={16} aria-hidden className={styles["chevron"]} data-open={isOpen} />
        {parts.join(" · ")}
      </UnstyledButton>
      {degraded.length > 0 && (
        <Text size="sm" c="var(--console-warn)">
          Not everything worked: {degraded.join(", ")}.
        </Text>
      )}
      <Collapse expanded={isOpen} id={details}>
        {isOpen && (
          <Stack gap="lg" className={styles["details"] ?? ""}>
            <Part
              title={
                recalled.length === 0
                  ? "Nothing was recalled"
                  : "Recalled, in the order in which it read them"
              }
            >
              <Stack component="ol" gap="md" m={0} p={0} className={styles["turns"] ?? ""}>
                {recalled.map((each) => (
                  <RecalledInteraction key={each.id} user={user} recalled={each} />
                ))}
              </Stack>
            </Part>
            {(why?.lines.length ?? 0) > 0 && (
              <Part title="The persona's lines that it was given">
                <Stack component="ul" gap={4} m={0} ps="lg">
                  {why?.lines.map(({ text }) => (
                    <li key={text}>
                      <Said text={text} size="sm" />
                    </li>
                  ))}
                </Stack>
              </Part>
            )}
            {why?.profile !== undefined && why.profile !== "" && (
              <Part title="The profile that it read">
                <Said text={why.profile} size="sm" />
              </Part>
            )}
            <Text size="xs" c="dimmed">
              {counted(usage.calls, "model call")}, {counted(usage.tokens.in, "token")} in and{" "}
              {counted(usage.tokens.out, "token")} out, {seconds.toFixed(1)} s
            </Text>
          </Stack>
        )}
      </Collapse>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <Text size="sm" fw={650} mb={6}>
        {title}
      </Text>
      {children}
    </section>
  );
}

function RecalledInteraction({
  user,
  recalled,
}: {
  readonly user: string;
  readonly recalled: Recalled;
}) {
  const { id, at, query, response, answer, score } = recalled;
  const said = answer ?? response;
  return (
    <li className={styles["recalled"]}>
      <div>
        <Anchor
          component={Link}
          href={`${addressOf(user, "interactions")}/${encodeURIComponent(id)}`}
          size="sm"
        >
          <When at={at} />
        </Anchor>
        {score > 0 && (
          <Text
            size="xs"
            c="dimmed"
            title="How alike it is: 1.00 is the best match. What differs from the others comes before what repeats them."
          >
            score {score.toFixed(2)}
          </Text>
        )}
      </div>
      <Stack gap={2}>
        <Said text={query} size="sm" />
        {said !== null && <Said text={`→ ${said}`} size="sm" fw={answer === null ? 400 : 600} />}
        <Text size="xs" c="dimmed" component="div">
          {reasonOf(recalled)}
        </Text>
      </Stack>
    </li>
  );
}

function reasonOf({ by, words }: Recalled): string {
  if (by === "latest") return "Among the latest";
  const found = by === "tool" ? "Found by a tool" : "Like the question";
  if (words.length === 0) return by === "tool" ? found : `${found} in meaning`;
  const more = words.length - mostWords;
  const named = words.slice(0, mostWords).map((word) => `“${word.slice(0, 40)}”`);
  return `${found}; both have ${named.join(", ")}${more > 0 ? ` and ${more} more words` : ""}`;
}
