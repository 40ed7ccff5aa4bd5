import { queryOptions } from "@tanstack/react-query";
import { api, asRequestError, type Result, unwrap } from "./client.js";

const of = (user: string) => ({ params: { path: { user } } });

/** What the views read, by one name each; a change of a user's data makes all of theirs old. */
export const queries = {
  whoami: () => queryOptions({ queryKey: ["whoami"], queryFn: () => unwrap(api.GET("/whoami")) }),
  users: () => queryOptions({ queryKey: ["users"], queryFn: () => unwrap(api.GET("/users")) }),
  statuses: () =>
    queryOptions({ queryKey: ["statuses"], queryFn: () => unwrap(api.GET("/status")) }),
  health: () => queryOptions({ queryKey: ["health"], queryFn: readHealth }),
  /** Who was active, and what their model calls cost since a UTC day; of at most `mostUsages` users. */
  usages: (from: string) =>
    queryOptions({ queryKey: ["usages", from], queryFn: () => readUsages(from) }),
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
  /** The latest `limit` versions, or of those before one. */
  log: (user: string, query: { readonly limit: number; readonly before?: string }) =>
    queryOptions({
      queryKey: ["user", user, "log", query],
      queryFn: () =>
        unwrap(api.GET("/users/{user}/persona/log", { params: { path: { user }, query } })),
    }),
  diff: (user: string, query: { readonly from?: string | number; readonly to?: string | number }) =>
    queryOptions({
      queryKey: ["user", user, "diff", query],
      queryFn: () =>
        unwrap(api.GET("/users/{user}/persona/diff", { params: { path: { user }, query } })),
    }),
  review: (user: string) =>
    queryOptions({
      queryKey: ["user", user, "review"],
      queryFn: () => unwrap(api.GET("/users/{user}/review", of(user))),
    }),
  profile: (user: string) =>
    queryOptions({
      queryKey: ["user", user, "profile"],
      queryFn: () => unwrap(api.GET("/users/{user}/profile", of(user))),
    }),
  interactions: (user: string, query: { readonly limit: number; readonly before?: string }) =>
    queryOptions({
      queryKey: ["user", user, "interactions", query],
      queryFn: () =>
        unwrap(api.GET("/users/{user}/episodes", { params: { path: { user }, query } })),
    }),
  found: (user: string, text: string, limit: number) =>
    queryOptions({
      queryKey: ["user", user, "found", text, limit],
      queryFn: () =>
        unwrap(api.POST("/users/{user}/search", { ...of(user), body: { text, limit } })),
    }),
  interaction: (user: string, id: string) =>
    queryOptions({
      queryKey: ["user", user, "interaction", id],
      queryFn: () =>
        unwrap(api.GET("/users/{user}/episodes/{id}", { params: { path: { user, id } } })),
    }),
  locale: (user: string) =>
    queryOptions({
      queryKey: ["user", user, "locale"],
      queryFn: () => unwrap(api.GET("/users/{user}/locale", of(user))),
    }),
};

/** A server that is not well says so with status 503, and how. */
async function readHealth(): Promise<Result<"health">> {
  const { data, error, response } = await api.GET("/health");
  if (data !== undefined) return data;
  const said: unknown = error;
  if (typeof said === "object" && said !== null && "store" in said) return said as Result<"health">;
  throw asRequestError(error, response.status);
}

/** Users whose activity is read: more would take long, and no table of them helps. */
export const mostUsages = 5_000;
const usagesAtOnce = 500;

async function readUsages(from: string): Promise<Result<"usages">["users"]> {
  const users: Result<"usages">["users"] = [];
  let after: string | null = null;
  do {
    const query = { from, limit: usagesAtOnce, ...(after !== null && { after }) };
    const page: Result<"usages"> = await unwrap(api.GET("/usage", { params: { query } }));
    users.push(...page.users);
    after = page.next;
  } while (after !== null && users.length < mostUsages);
  return users;
}
