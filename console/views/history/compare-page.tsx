import { Anchor, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import { queries } from "../../api/queries.js";
import { addressOf } from "../../app/location.js";
import { Changes } from "../../parts/changes.js";
import { PageTitle } from "../../parts/page-title.js";
import { Read } from "../../parts/read.js";
import styles from "./history.module.css";

/** Any two versions beside each other. The address names both, so that one can pass it on. */
export function ComparePage({ user }: { readonly user: string }) {
  const [search, setSearch] = useSearchParams();
  const from = search.get("from") ?? undefined;
  const to = search.get("to") ?? undefined;
  const query = queries.diff(user, {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  // Both are asked for at once.
  useQuery(query);
  const choose = (field: "from" | "to", chosen: string | null) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (chosen === null) next.delete(field);
      else next.set(field, chosen);
      return next;
    });
  return (
    <>
      <PageTitle
        title="Compare two versions"
        about={
          <Anchor component={Link} href={addressOf(user, "history")}>
            Back to the history
          </Anchor>
        }
      />
      <Read query={queries.status(user)}>
        {({ headVersion }) => (
          <Read query={query}>
            {(comparison) => {
              const numbers = Array.from({ length: headVersion + 1 }, (_, n) => String(n));
              // A candidate that was never in use has no number.
              const options = (named: string | undefined) =>
                [...numbers, ...(named === undefined || numbers.includes(named) ? [] : [named])]
                  .toReversed()
                  .map((value) => ({
                    value,
                    label: numbers.includes(value) ? `Version ${value}` : "The candidate",
                  }));
              const shown = {
                from: from ?? named(comparison.from),
                to: to ?? named(comparison.to),
              };
              return (
                <>
                  <div className={styles["pick"]}>
                    <Select
                      label="From"
                      data={options(shown.from)}
                      value={shown.from ?? null}
                      onChange={(chosen) => choose("from", chosen)}
                      searchable
                      allowDeselect={false}
                    />
                    <Select
                      label="To"
                      data={options(shown.to)}
                      value={shown.to ?? null}
                      onChange={(chosen) => choose("to", chosen)}
                      searchable
                      allowDeselect={false}
                    />
                  </div>
                  <Changes comparison={comparison} />
                </>
              );
            }}
          </Read>
        )}
      </Read>
    </>
  );
}

function named(version: number | null): string | undefined {
  return version === null ? undefined : String(version);
}
