import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useSearchParams } from "wouter";
import { queries } from "../../api/queries.js";
import type { UserViewProps } from "../../app/pages.js";
import { Pager, usePages } from "../../parts/pager.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import { Empty } from "../../parts/states.js";
import { InteractionPage } from "./interaction-page.js";
import { InteractionRow } from "./interaction-row.js";
import styles from "./interactions.module.css";
import { LastDeletion } from "./last-deletion.js";

const pageSize = 25;
/** The best matches of a search; more of them are hardly like the text. */
const mostFound = 25;

/** Everything that is remembered, one interaction at a time. */
export default function InteractionsView({ user, item }: UserViewProps) {
  if (item !== undefined) return <InteractionPage user={user} id={item} />;
  return <All user={user} />;
}

function All({ user }: { readonly user: string }) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get("find") ?? "";
  const [text, setText] = useState(asked);
  const find = (event: FormEvent) => {
    event.preventDefault();
    setSearch(text.trim() === "" ? {} : { find: text.trim() });
  };
  return (
    <>
      <PageTitle
        title="Interactions"
        about={
          <>
            All that the agent remembers of its conversations with <bdi>{user}</bdi>. Open one to
            correct or delete it.
          </>
        }
      />
      <LastDeletion user={user} />
      <form onSubmit={find} role="search">
        <Group gap="sm" mb="lg" wrap="nowrap" align="flex-end" maw={640}>
          <TextInput
            label="Search"
            flex={1}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            leftSection={<Search size={16} aria-hidden />}
          />
          <Button type="submit" variant="default">
            Find
          </Button>
          {asked !== "" && (
            <Button
              variant="subtle"
              onClick={() => {
                setText("");
                setSearch({});
              }}
            >
              Show all
            </Button>
          )}
        </Group>
      </form>
      {asked === "" ? <Latest user={user} /> : <Found user={user} text={asked} />}
    </>
  );
}

function Latest({ user }: { readonly user: string }) {
  const pages = usePages();
  const { before } = pages;
  const query = queries.interactions(user, {
    limit: pageSize + 1,
    ...(before !== undefined && { before }),
  });
  return (
    <Read query={query}>
      {(found) => {
        const shown = found.slice(0, pageSize);
        if (shown.length === 0 && before === undefined)
          return (
            <Empty title="Nothing is remembered yet">
              Every message and its answer is kept here, once there is one.
            </Empty>
          );
        return (
          <>
            <Stack component="ul" gap="xs" className={styles["list"] ?? ""}>
              {shown.map((each) => (
                <InteractionRow key={each.id} user={user} interaction={each} />
              ))}
            </Stack>
            <Pager pages={pages} last={found.length > pageSize ? shown.at(-1)?.id : undefined} />
          </>
        );
      }}
    </Read>
  );
}

function Found({ user, text }: { readonly user: string; readonly text: string }) {
  return (
    <Read query={queries.found(user, text, mostFound)} waiting="Searching">
      {(found) =>
        found.length === 0 ? (
          <Empty title="Nothing like that is remembered">Try other words.</Empty>
        ) : (
          <>
            <Text size="sm" c="dimmed" mb="xs" role="status">
              The most similar first
            </Text>
            <Stack component="ul" gap="xs" className={styles["list"] ?? ""}>
              {found.map((each) => (
                <InteractionRow key={each.id} user={user} interaction={each} />
              ))}
            </Stack>
          </>
        )
      }
    </Read>
  );
}
