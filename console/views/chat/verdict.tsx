import { Anchor, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { Check, PencilLine, X } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { api, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import { Said } from "../../parts/said.js";
import { Problem } from "../../parts/states.js";
import styles from "./chat.module.css";
import { conversationWith, type Given, type Turn, type Verdict } from "./conversation.js";

/** Whether an answer was right: accept, reject or correct it. */
export function VerdictOf({
  user,
  turn: { key, answer, verdict },
  episodeId,
}: {
  readonly user: string;
  readonly turn: Turn;
  readonly episodeId: string;
}) {
  const [asked, setAsked] = useState<"reject" | "edit" | null>(null);
  const change = useChange(
    user,
    async (given: Given) => ({
      given,
      noted: await unwrap(
        api.POST("/users/{user}/episodes/{id}/feedback", {
          params: { path: { user, id: episodeId } },
          body: given,
        }),
      ),
    }),
    (noted) => {
      conversationWith(user).judge(key, noted);
      setAsked(null);
    },
  );
  const give = (given: Given) => change.mutate(given);
  const given = verdict?.given;
  return (
    <Stack gap="sm">
      <Group gap="xs" role="group" aria-label="Was this right?">
        <Choice
          icon={<Check size={16} aria-hidden />}
          label="Right"
          isChosen={given?.kind === "accept"}
          isDisabled={change.isPending}
          onChoose={() => give({ kind: "accept" })}
        />
        <Choice
          icon={<X size={16} aria-hidden />}
          label="Wrong"
          isChosen={asked === "reject" || given?.kind === "reject"}
          isDisabled={change.isPending}
          onChoose={() => setAsked(asked === "reject" ? null : "reject")}
        />
        <Choice
          icon={<PencilLine size={16} aria-hidden />}
          label="Correct it"
          isChosen={asked === "edit" || given?.kind === "edit"}
          isDisabled={change.isPending}
          onChoose={() => setAsked(asked === "edit" ? null : "edit")}
        />
      </Group>
      {asked === "reject" && <Reject isBusy={change.isPending} onGive={give} />}
      {asked === "edit" && <Correct answer={answer} isBusy={change.isPending} onGive={give} />}
      {change.isError && <Problem error={change.error} onRetry={() => give(change.variables)} />}
      {verdict !== null && asked === null && <Noted user={user} verdict={verdict} />}
    </Stack>
  );
}

function Choice({
  icon,
  label,
  isChosen,
  isDisabled,
  onChoose,
}: {
  readonly icon: React.ReactNode;
  readonly label: string;
  readonly isChosen: boolean;
  readonly isDisabled: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <Button
      size="compact-sm"
      variant={isChosen ? "light" : "subtle"}
      color={isChosen ? "ink" : "gray"}
      className={styles["choice"] ?? ""}
      leftSection={icon}
      aria-pressed={isChosen}
      disabled={isDisabled}
      onClick={onChoose}
    >
      {label}
    </Button>
  );
}

interface FormProps {
  readonly isBusy: boolean;
  readonly onGive: (given: Given) => void;
}

/** Whoever opens a form wants to write into it. */
function useFocus<Field extends HTMLElement>() {
  const field = useRef<Field>(null);
  useEffect(() => field.current?.focus(), []);
  return field;
}

function Reject({ isBusy, onGive }: FormProps) {
  const [reason, setReason] = useState("");
  const field = useFocus<HTMLInputElement>();
  const send = (event: FormEvent) => {
    event.preventDefault();
    onGive({ kind: "reject", ...(reason.trim() !== "" && { reason }) });
  };
  return (
    <form onSubmit={send} className={styles["form"]}>
      <TextInput
        label="What was wrong?"
        description="If you like, in your own words."
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
        ref={field}
        autoComplete="off"
      />
      <Button type="submit" size="sm" loading={isBusy}>
        Say that it was wrong
      </Button>
    </form>
  );
}

function Correct({ answer, isBusy, onGive }: FormProps & { readonly answer: string }) {
  const [text, setText] = useState("");
  const field = useFocus<HTMLTextAreaElement>();
  const send = (event: FormEvent) => {
    event.preventDefault();
    onGive({ kind: "edit", text });
  };
  return (
    <form onSubmit={send} className={styles["form"]}>
      <Textarea
        label="What would have been right?"
        ref={field}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        autosize
        minRows={2}
        maxRows={12}
        dir="auto"
        autoComplete="off"
      />
      <Group gap="sm">
        <Button type="submit" size="sm" loading={isBusy} disabled={text.trim() === ""}>
          Save the correction
        </Button>
        {text === "" && (
          <Button size="sm" variant="subtle" color="gray" onClick={() => setText(answer)}>
            Begin with its answer
          </Button>
        )}
      </Group>
    </form>
  );
}

/** What the verdict did. */
function Noted({
  user,
  verdict: { given, noted },
}: {
  readonly user: string;
  readonly verdict: Verdict;
}) {
  const { alignment, rollback } = noted;
  return (
    <div role="status">
      {given.kind === "edit" && <Said text={`→ ${given.text}`} size="sm" fw={600} />}
      <Text size="sm" c="dimmed">
        {given.kind === "reject"
          ? "Noted as wrong."
          : given.kind === "edit"
            ? "Noted: this would have been right."
            : "Noted as right."}{" "}
        {alignment.due ? (
          <>
            {counted(alignment.newAnswers, "verdict")} are new since it last learned.{" "}
            <Anchor component={Link} href={addressOf(user, "learning")} inherit>
              Let it learn from them
            </Anchor>
          </>
        ) : (
          given.kind !== "reject" && "It learns from this when there is a little more."
        )}
      </Text>
      {rollback !== null && (
        <Text size="sm">
          The persona was set back to version {rollback.version}: {rollback.reason}
        </Text>
      )}
    </div>
  );
}
