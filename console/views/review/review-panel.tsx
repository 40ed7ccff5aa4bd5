import { Button, Group, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useId, useState } from "react";
import { api, type Result, unwrap } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { useChange } from "../../api/use-change.js";
import { Changes } from "../../parts/changes.js";
import { Read } from "../../parts/read.js";
import { Problem } from "../../parts/states.js";
import { EditLines, type EditedLine } from "./edit-lines.js";
import { ReviewItems } from "./review-items.js";

type Review = Result<"review">;
type Decision = "approve" | "edit" | "reject";

/** A new persona that waits for a person: what it changes, how it answered, and the decision. */
export function ReviewPanel({ user }: { readonly user: string }) {
  return (
    <Read query={queries.review(user)}>
      {(review) => <Decide key={review.reason} user={user} review={review} />}
    </Read>
  );
}

function Decide({ user, review }: { readonly user: string; readonly review: Review }) {
  const heading = useId();
  const [isEditing, setEditing] = useState(false);
  const [lines, setLines] = useState<readonly EditedLine[]>(review.lines);
  const [paperText, setPaperText] = useState(review.paperText?.after ?? "");
  const [note, setNote] = useState("");
  const decide = useChange(user, (decision: Decision) =>
    unwrap(
      api.POST("/users/{user}/review", {
        params: { path: { user } },
        body: {
          decision,
          ...(note.trim() !== "" && { note: note.trim() }),
          ...(decision === "edit" &&
            (review.paperText === null
              ? { lines: lines.filter(({ text }) => text.trim() !== "").map(asEdit) }
              : { paperText })),
        },
      }),
    ),
  );
  const { reason, diff, items, problem } = review;
  const comparison = { ...diff, ...(review.paperText && { paperText: review.paperText }) };
  return (
    <Stack
      component="section"
      className="card"
      p="lg"
      gap="md"
      mb="lg"
      aria-labelledby={heading}
      style={{ borderColor: "var(--console-warn)", borderWidth: 2 }}
    >
      <div>
        <Title order={2} size="h4" id={heading}>
          A new version waits for you
        </Title>
        <Text c="dimmed">
          It would become version {review.version + 1}. {reason}
        </Text>
      </div>
      {problem !== null && <Problem error={problem} />}
      {isEditing ? (
        review.paperText === null ? (
          <EditLines lines={lines} onChange={setLines} />
        ) : (
          <Textarea
            label="The whole persona"
            autosize
            minRows={6}
            value={paperText}
            onChange={({ currentTarget }) => setPaperText(currentTarget.value)}
          />
        )
      ) : (
        <Changes comparison={comparison} />
      )}
      <ReviewItems items={items} />
      <TextInput
        label="Note"
        description="Optional; it is kept with the decision."
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
      />
      {decide.error && <Problem error={decide.error} />}
      {decide.isPending && (
        <Text role="status" c="dimmed">
          The decision is carried out, and the alignment goes on to its end …
        </Text>
      )}
      <Group gap="sm">
        {isEditing ? (
          <>
            <Button loading={decide.isPending} onClick={() => decide.mutate("edit")}>
              Take it as edited
            </Button>
            <Button variant="default" onClick={() => setEditing(false)}>
              Back
            </Button>
          </>
        ) : (
          <>
            <Button loading={decide.isPending} onClick={() => decide.mutate("approve")}>
              Approve
            </Button>
            <Button variant="default" onClick={() => setEditing(true)} disabled={decide.isPending}>
              Edit
            </Button>
            <Button
              variant="default"
              onClick={() => decide.mutate("reject")}
              disabled={decide.isPending}
            >
              Reject
            </Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

/** Without evidence of its own, a line has that of the line which it rewords. */
function asEdit({ text, tool }: EditedLine): { text: string; tool?: string | null } {
  return { text: text.trim(), ...(tool !== undefined && { tool }) };
}
