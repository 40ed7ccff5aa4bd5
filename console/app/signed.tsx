import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { RequestError } from "../api/client.js";
import { queries } from "../api/queries.js";
import { onKeyChange } from "../api/session.js";
import { Problem, Waiting } from "../parts/states.js";
import { SignIn } from "../views/sign-in.js";
import { Routes } from "./routes.js";
import { WhoContext } from "./who.js";

/** Finds out who looks at the page, and lets them in. */
export function Signed() {
  const client = useQueryClient();
  const { data: who, error, refetch } = useQuery(queries.whoami());
  // Nothing that one user saw stays for the next.
  useEffect(() => onKeyChange(() => void client.resetQueries()), [client]);
  // A key may end while the page is open.
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ query, type }) => {
        const failed = type === "updated" ? query.state.error : null;
        const isOver = failed instanceof RequestError && failed.status === 401;
        if (isOver && query.queryKey[0] !== "whoami")
          void client.invalidateQueries(queries.whoami());
      }),
    [client],
  );
  if (error instanceof RequestError && error.status === 401) return <SignIn />;
  if (who !== undefined)
    return (
      <WhoContext value={who}>
        <Routes />
      </WhoContext>
    );
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  return <Waiting label="Opening the console" />;
}
