import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client.js";
import { useChange } from "../../api/use-change.js";
import { AskFirst } from "../../parts/ask-first.js";
import { counted } from "../../parts/counted.js";

/** Asked twice: by a button, and by the user's name, which one has to type. */
export function EraseAll({ user }: { readonly user: string }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const erase = useChange(
    user,
    () => unwrap(api.DELETE("/users/{user}", { params: { path: { user } } })),
    () => setOpen(false),
  );
  return (
    <section className="card" aria-labelledby="erase">
      <Stack p="lg" gap="sm">
        <Title order={2} size="h4" id="erase">
          Delete everything
        </Title>
        <Text>
          Every interaction, the profile, all versions of the persona, and conversations. The agent
          begins anew, as if it had never met <bdi>{user}</bdi>.
        </Text>
        {erase.isSuccess && <Erased erased={erase.data.erased} left={erase.data.left} />}
        <Group>
          <Button
            color="red.9"
            onClick={() => {
              setTyped("");
              setOpen(true);
            }}
          >
            Delete everything
          </Button>
        </Group>
      </Stack>
      <AskFirst
        title="Delete everything?"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        doIt="Delete everything for good"
        isDangerous
        isReady={typed.trim() === user}
        onDo={() => erase.mutate()}
        isBusy={erase.isPending}
        error={erase.error}
      >
        <Text>
          This cannot be undone, and there is no copy unless you downloaded one. Type{" "}
          <strong>
            <bdi>{user}</bdi>
          </strong>{" "}
          to go on.
        </Text>
        <TextInput
          label="Name of the user"
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      </AskFirst>
    </section>
  );
}

function Erased({
  erased,
  left,
}: {
  readonly erased: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
}) {
  const things = Object.values(erased).reduce((sum, count) => sum + count, 0);
  const kept = Object.entries(left);
  return (
    <Text role="status" c={kept.length === 0 ? "var(--console-good)" : "var(--console-bad)"}>
      {kept.length === 0
        ? `All of it is deleted: ${counted(things, "record")}. A scan found nothing that is left.`
        : `Something is left: ${kept.map(([what, count]) => `${count} ${what}`).join(", ")}. Delete everything again.`}
    </Text>
  );
}
