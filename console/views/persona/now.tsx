import { Alert, Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Hand } from "lucide-react";
import { Link } from "wouter";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";

/** What somebody should know of the persona before they read it: it waits for them, or is on trial. */
export function Now({ user }: { readonly user: string }) {
  const { data: status } = useQuery(queries.status(user));
  if (status?.status === "review")
    return (
      <Alert
        mb="lg"
        variant="outline"
        color="var(--console-warn)"
        icon={<Hand size={20} aria-hidden />}
        title="A new version waits for you"
      >
        The agent proposes other lines.{" "}
        <Anchor component={Link} href={addressOf(user, "history")} size="sm">
          Look at it and decide
        </Anchor>
      </Alert>
    );
  if (status?.onTrial !== true) return null;
  return (
    <Alert
      mb="lg"
      variant="outline"
      color="var(--console-warn)"
      icon={<FlaskConical size={20} aria-hidden />}
      title="This version is on trial"
    >
      The next alignment tries it on later answers, and takes it back if it does no better.{" "}
      <Anchor component={Link} href={addressOf(user, "history")} size="sm">
        How it came about
      </Anchor>
    </Alert>
  );
}
