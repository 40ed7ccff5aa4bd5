import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client.js";

const of = (user: string) => ({ params: { path: { user } } });

/** What the views read, by one name each; a change of a user's data makes all of theirs old. */
export const queries = {
  whoami: () => queryOptions({ queryKey: ["whoami"], queryFn: () => unwrap(api.GET("/whoami")) }),
  users: () => queryOptions({ queryKey: ["users"], queryFn: () => unwrap(api.GET("/users")) }),
  persona: (user: string) =>
    queryOptions({
      queryKey: ["user", user, "persona"],
      queryFn: () => unwrap(api.GET("/users/{user}/persona", of(user))),
    }),
  status: (user: string) =>
    queryOptions({
      queryKey: ["user", user, "status"],
      queryFn: () => unwrap(api.GET("/users/{user}/status", of(user))),
    }),
};
