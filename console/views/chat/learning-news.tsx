import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Result } from "../../api/client.js";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { counted } from "../../parts/counted.js";
import type { Turn } from "./conversation.js";

type Status = Result<"status">;

/** In milliseconds: how often to look whether it learns by itself, and how it goes on. */
const [lookMs, watchMs] = [5_000, 2_000];

/**
 * What learning does while one talks: that it could, that it does by itself, and what came of it. A server that learns
 * by itself begins some seconds after there is enough.
 */
export function LearningNews({
  user,
  turns,
}: {
  readonly user: string;
  readonly turns: readonly Turn[];
}) {
  const said = turns.findLast(({ result }) => result !== null)?.result?.alignment;
  const { data: status } = useQuery({
    ...queries.status(user),
    enabled: said !== undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.status === "running" ? watchMs : data?.due === true ? lookMs : false,
  });
  const isNews = useNews(status);
  if (said === undefined) return null;
  const news = newsOf(status, isNews);
  const { text, link, to } = news ?? {
    text: `${counted(said.newAnswers, "verdict")} are new since it last learned.`,
    link: "Let it learn from them",
    to: "learning",
  };
  if (news === null && !said.due) return null;
  return (
    <Text size="sm" c="dimmed" mt="lg" role="status">
      {text}{" "}
      <Anchor component={Link} href={addressOf(user, to)} inherit>
        {link}
      </Anchor>
    </Text>
  );
}

/** Whether a run has ended since one came here. */
function useNews(status: Status | undefined): boolean {
  const [before, setBefore] = useState<string | null>();
  const latest = status === undefined ? undefined : (status.lastOutcome?.id ?? null);
  if (before === undefined && latest !== undefined) setBefore(latest);
  return before !== undefined && latest !== undefined && before !== latest;
}

function newsOf(status: Status | undefined, isNews: boolean) {
  if (status?.status === "running")
    return { text: "It learns from what is new just now.", link: "See how", to: "learning" };
  if (status?.status === "review")
    return { text: "A new version waits for you.", link: "Look at it and decide", to: "history" };
  if (!isNews || status === undefined) return null;
  return status.lastOutcome?.accepted === true
    ? {
        text: `It has learned: version ${status.headVersion} answers from now on.`,
        link: "What changed",
        to: "history",
      }
    : {
        text: `It looked at what is new, and version ${status.headVersion} stays.`,
        link: "Why",
        to: "history",
      };
}
