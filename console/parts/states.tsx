import { Alert, Anchor, Button, Group, Loader, Stack, Text } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { PageTitle } from "./page-title.js";

export function Waiting({ label = "Loading" }: { readonly label?: string }) {
  return (
    <Group gap="sm" p="md" role="status" data-waiting>
      <Loader size="sm" aria-hidden />
      <Text c="dimmed">{label} …</Text>
    </Group>
  );
}

/** What went wrong, in the one line that the server gives. */
export function Problem({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  return (
    <Alert
      role="alert"
      variant="outline"
      color="var(--console-bad)"
      icon={<CircleAlert size={20} aria-hidden />}
      title="This did not work"
      my="md"
    >
      <Stack gap="sm" align="flex-start">
        <Text className="said" size="sm">
          {error instanceof Error ? error.message : String(error)}
        </Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing is there yet: why, and what would change that. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <Stack className="card" gap={6} p="xl" align="flex-start">
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text c="dimmed" component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}

export function NotFound() {
  return (
    <>
      <PageTitle title="There is no such page" />
      <Text>
        The address leads nowhere.{" "}
        <Anchor component={Link} href="/">
          Go to the start
        </Anchor>
      </Text>
    </>
  );
}
