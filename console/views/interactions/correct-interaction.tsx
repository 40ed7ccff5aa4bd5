import { Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api, type Result, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { Problem } from "../../parts/states.js";

/** What the user really answered, in place of what is known. */
export function CorrectInteraction({
  user,
  interaction: { id, answer, options },
}: {
  readonly user: string;
  readonly interaction: Result<"show">;
}) {
  const [text, setText] = useState("");
  const correct = useChange(
    user,
    (given: string) =>
      unwrap(
        api.PATCH("/users/{user}/episodes/{id}", {
          params: { path: { user, id } },
          body: { answer: given },
        }),
      ),
    () => setText(""),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") correct.mutate(text.trim());
  };
  return (
    <form onSubmit={submit} aria-labelledby="correct">
      <Stack className="card" p="lg" gap="sm">
        <div>
          <Title order={2} size="h4" id="correct">
            {answer === null ? "Say what is true" : "Correct it"}
          </Title>
          <Text size="sm" c="dimmed">
            The next alignment learns from it. What was learned from another answer alone goes.
          </Text>
        </div>
        {options !== null && (
          <Group gap="xs">
            {options.map((option) => (
              <Button
                key={option}
                variant="default"
                size="compact-md"
                onClick={() => correct.mutate(option)}
                disabled={correct.isPending || option === answer}
              >
                {option}
              </Button>
            ))}
          </Group>
        )}
        <Textarea
          label="The true answer"
          autosize
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        {correct.error && <Problem error={correct.error} />}
        {correct.isSuccess && (
          <Text role="status" size="sm" c="var(--console-good)">
            Saved.
            {correct.data.rollback !== null &&
              ` The persona went back to version ${correct.data.rollback.version}: ${correct.data.rollback.reason}`}
          </Text>
        )}
        <Group>
          <Button type="submit" loading={correct.isPending} disabled={text.trim() === ""}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
