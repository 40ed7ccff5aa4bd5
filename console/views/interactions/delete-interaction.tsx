import { Button, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { addressOf } from "../../app/location.js";
import { AskFirst } from "../../parts/ask-first.js";
import { conversationWith } from "../chat/conversation.js";
import { lastDeletionOf } from "./last-deletion.js";

export function DeleteInteraction({ user, id }: { readonly user: string; readonly id: string }) {
  const [isOpen, setOpen] = useState(false);
  const [, go] = useLocation();
  const client = useQueryClient();
  const remove = useChange(
    user,
    () => unwrap(api.DELETE("/users/{user}/episodes/{id}", { params: { path: { user, id } } })),
    (deletion) => {
      // Neither here nor as what was said before.
      lastDeletionOf(user).kept.set(deletion);
      conversationWith(user).leaveOut([deletion.deleted, ...deletion.responses]);
      // It is not asked for again.
      client.removeQueries({ queryKey: ["user", user, "interaction", id] });
      go(addressOf(user, "interactions"));
    },
  );
  return (
    <div>
      <Button variant="default" onClick={() => setOpen(true)}>
        Delete this interaction
      </Button>
      <AskFirst
        title="Delete this interaction?"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        doIt="Delete it"
        isDangerous
        onDo={() => remove.mutate()}
        isBusy={remove.isPending}
        error={remove.error}
      >
        <Text>
          What was learned from it goes with it: statements, lines, and later answers that repeat
          what was said nowhere else. This cannot be undone.
        </Text>
      </AskFirst>
    </div>
  );
}
