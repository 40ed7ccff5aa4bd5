import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { Download } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../api/client.js";
import type { UserViewProps } from "../../app/pages.js";
import { PageTitle } from "../../parts/page-title.js";
import { Problem } from "../../parts/states.js";
import { EraseAll } from "./erase-all.js";
import { LocaleForm } from "./locale-form.js";

/** Everything of the user: to take along, or to be deleted. */
export default function DataView({ user }: UserViewProps) {
  return (
    <>
      <PageTitle
        title="Your data"
        about={
          <>
            Everything that is kept of <bdi>{user}</bdi>, to take along or to delete.
          </>
        }
      />
      <Stack gap="lg" maw={680}>
        <LocaleForm user={user} />
        <Export user={user} />
        <EraseAll user={user} />
      </Stack>
    </>
  );
}

function Export({ user }: { readonly user: string }) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const archive = await unwrap(api.GET("/users/{user}/export", { params: { path: { user } } }));
      const blob = new Blob([`${JSON.stringify(archive, null, 2)}\n`], {
        type: "application/json",
      });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `persona-${user.replaceAll(/[^\w.-]+/g, "_").slice(0, 60)}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-labelledby="export">
      <Stack p="lg" gap="sm">
        <Title order={2} size="h4" id="export">
          Take it along
        </Title>
        <Text>
          One file with all interactions, profiles and versions of the persona. Another server takes
          it with <code>import --archive</code>.
        </Text>
        {error !== null && <Problem error={error} />}
        <Group>
          <Button
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
            loading={isBusy}
            onClick={() => void save()}
          >
            Download
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
