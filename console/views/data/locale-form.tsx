import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api, type Result, unwrap } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { useChange } from "../../api/use-change.js";
import { Read } from "../../parts/read.js";
import { Problem } from "../../parts/states.js";

/** Time zone and language in which the user is answered. */
export function LocaleForm({ user }: { readonly user: string }) {
  return (
    <section className="card" aria-labelledby="locale">
      <Stack p="lg" gap="sm">
        <Title order={2} size="h4" id="locale">
          Where you are
        </Title>
        <Text>The agent tells times in this zone, and answers in this language.</Text>
        <Read query={queries.locale(user)}>
          {(locale) => <Fields key={user} user={user} locale={locale} />}
        </Read>
      </Stack>
    </section>
  );
}

function Fields({ user, locale }: { readonly user: string; readonly locale: Result<"locale"> }) {
  const [timeZone, setTimeZone] = useState(locale.timeZone ?? "");
  const [language, setLanguage] = useState(locale.language ?? "");
  const save = useChange(user, () =>
    unwrap(
      api.PUT("/users/{user}/locale", {
        params: { path: { user } },
        body: { timeZone: timeZone.trim() || null, language: language.trim() || null },
      }),
    ),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group grow align="flex-start">
          <TextInput
            label="Time zone"
            placeholder={here}
            value={timeZone}
            onChange={({ currentTarget }) => setTimeZone(currentTarget.value)}
          />
          <TextInput
            label="Language"
            placeholder={navigator.language}
            value={language}
            onChange={({ currentTarget }) => setLanguage(currentTarget.value)}
          />
        </Group>
        {save.error && <Problem error={save.error} />}
        <Group>
          <Button type="submit" variant="default" loading={save.isPending}>
            Save
          </Button>
          {save.isSuccess && (
            <Text size="sm" c="dimmed" role="status">
              Saved. It counts from the next answer on.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
