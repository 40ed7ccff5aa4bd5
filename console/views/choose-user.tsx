import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { api, unwrap } from "../api/client.js";
import { queries } from "../api/queries.js";
import { addressOf } from "../app/location.js";
import { PageTitle } from "../parts/page-title.js";
import { Empty, Problem, Waiting } from "../parts/states.js";
import styles from "./choose-user.module.css";

/** Names to show at a time: a server may have very many users. */
const most = 50;

/** Whose persona to look at: an operator's choice. */
export function ChooseUser() {
  const { data: users, error, refetch } = useQuery(queries.users());
  const [text, setText] = useState("");
  const [, go] = useLocation();
  const name = text.trim();
  const open = (event: FormEvent) => {
    event.preventDefault();
    // Of a new one there is nothing to see yet.
    if (name !== "") go(addressOf(name, users?.includes(name) === false ? "chat" : ""));
  };
  const found = (users ?? []).filter((user) => user.toLowerCase().includes(name.toLowerCase()));
  return (
    <>
      <PageTitle
        title="Whose persona?"
        about="Each user has an agent of their own. Choose one, or type a new name to begin with an empty one."
      />
      <form onSubmit={open}>
        <Group align="flex-end" mb="lg" maw={520} wrap="nowrap">
          <TextInput
            label="Find or name a user"
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            flex={1}
            autoComplete="off"
          />
          <Button type="submit" disabled={name === ""}>
            Open
          </Button>
        </Group>
      </form>
      {users === undefined && !error && <Waiting label="Looking for users" />}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {users !== undefined && found.length === 0 && (
        <Empty
          title={users.length === 0 ? "Nobody has talked to the agent yet" : "No such user yet"}
        >
          Type a name above and open it to begin.
          {users.length === 0 && <BringInvented />}
        </Empty>
      )}
      <Stack component="ul" gap="xs" m={0} p={0} maw={520} className={styles["list"] ?? ""}>
        {found.slice(0, most).map((user) => (
          <li key={user}>
            <Link href={addressOf(user)} className={`card ${styles["user"]}`}>
              <bdi>{user}</bdi>
              <ChevronRight size={18} aria-hidden />
            </Link>
          </li>
        ))}
      </Stack>
      {found.length > most && (
        <Text c="dimmed" mt="sm">
          And {found.length - most} more; type a part of the name to find them.
        </Text>
      )}
    </>
  );
}

/** For whoever has nobody to look at yet: the two people of `npm run demo`, with what they chose. */
function BringInvented() {
  const client = useQueryClient();
  const bring = useMutation({
    mutationFn: async () => {
      const { default: items } = await import("../api/generated/demo.json");
      return unwrap(api.POST("/import", { body: { items } }));
    },
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Stack gap="sm" mt="md" align="flex-start">
      <Text>
        Or look around with two invented people, Ines and Bo, and half a year of what they asked and
        chose.
      </Text>
      <Button variant="light" loading={bring.isPending} onClick={() => bring.mutate()}>
        Bring in Ines and Bo
      </Button>
      {bring.isError && <Problem error={bring.error} onRetry={() => bring.mutate()} />}
    </Stack>
  );
}
