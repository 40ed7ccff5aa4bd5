import { Textarea } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { AskFirst } from "../../parts/ask-first.js";
import { Statement } from "../../parts/statement.js";

/** As long as a statement can be. */
const mostCharacters = 400;

/** What holds instead, in the user's own words. */
export function CorrectStatement({
  user,
  statement,
  onClose,
}: {
  readonly user: string;
  readonly statement: string;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState("");
  const correct = useChange(
    user,
    () =>
      unwrap(
        api.PATCH("/users/{user}/profile", {
          params: { path: { user } },
          body: { statement, text: text.trim() },
        }),
      ),
    onClose,
  );
  return (
    <AskFirst
      title="What holds instead?"
      isOpen
      onClose={onClose}
      doIt="Correct it"
      onDo={() => correct.mutate()}
      isBusy={correct.isPending}
      isReady={text.trim() !== ""}
      error={correct.error}
    >
      <div>
        <Statement text={statement} c="dimmed" td="line-through" />
      </div>
      <Textarea
        label="In your own words"
        description="It is kept as something that you said. The old statement stays as what held before."
        placeholder="I eat everything but mushrooms."
        autosize
        minRows={2}
        maxLength={mostCharacters}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        data-autofocus
      />
    </AskFirst>
  );
}
