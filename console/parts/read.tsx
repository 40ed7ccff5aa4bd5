import {
  type DefaultError,
  type QueryKey,
  useQuery,
  type UseQueryOptions,
} from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem, Waiting } from "./states.js";

/** Reads something and shows it; until then that it is awaited, or what went wrong. */
export function Read<Data, Key extends QueryKey>({
  query,
  waiting,
  children,
}: {
  readonly query: UseQueryOptions<Data, DefaultError, Data, Key>;
  readonly waiting?: string;
  readonly children: (data: Data) => ReactNode;
}) {
  const { data, error, refetch } = useQuery(query);
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Waiting {...(waiting !== undefined && { label: waiting })} />;
  return children(data);
}
