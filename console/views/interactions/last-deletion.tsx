import { Alert, Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { keep, perUser, useKept } from "../../api/kept.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";

/** What the last deletion took along, until it is closed. */
export const lastDeletionOf = perUser(() => {
  const kept = keep<Result<"forget"> | null>(null);
  return { kept, stop: () => kept.set(null) };
});

export function LastDeletion({ user }: { readonly user: string }) {
  const { kept } = lastDeletionOf(user);
  const deletion = useKept(kept);
  if (deletion === null) return null;
  const { statements, lines, responses, sameIn } = deletion;
  const gone = [
    statements > 0 && counted(statements, "statement"),
    lines > 0 && counted(lines, "line"),
    responses.length > 0 && `${counted(responses.length, "answer")} that repeated it`,
  ].filter((each) => each !== false);
  return (
    <Alert
      role="status"
      variant="outline"
      title="Deleted"
      withCloseButton
      closeButtonLabel="Close"
      onClose={() => kept.set(null)}
      mb="lg"
    >
      <Text size="sm">
        {gone.length === 0 ? "Nothing else rested on it." : `With it went ${gone.join(", ")}.`}
      </Text>
      {sameIn.length > 0 && (
        <Text size="sm">
          The same may be said in{" "}
          {sameIn.map((id, place) => (
            <span key={id}>
              {place > 0 && ", "}
              <Anchor
                component={Link}
                href={`${addressOf(user, "interactions")}/${encodeURIComponent(id)}`}
                inherit
              >
                {sameIn.length === 1 ? "another interaction" : `interaction ${place + 1}`}
              </Anchor>
            </span>
          ))}
          , which stays until it is deleted too.
        </Text>
      )}
    </Alert>
  );
}
