const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A time, as a reader's own language and time zone have it; the exact one is its tooltip. */
export function When({
  at,
  exact = false,
}: {
  readonly at: string | null;
  readonly exact?: boolean;
}) {
  if (at === null) return <span>undated</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{at}</span>;
  return (
    <time dateTime={at} title={minute.format(date)}>
      {(exact ? minute : day).format(date)}
    </time>
  );
}
