import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
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
    if (name !== "") go(addressOf(name));
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
