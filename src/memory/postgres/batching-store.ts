import { EventEmitter } from "node:events";
import type {
  Item,
  Operation,
  OperationResults,
  SearchItem,
} from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import type pg from "pg";
import type {
  FencedOutcome,
  FencedStore,
  FencedWrite,
  PurgedStore,
  StoreChange,
} from "../fenced-write.js";
import { coalesceReads } from "../../system/coalesce-reads.js";
import { gatherCalls } from "../../system/gather-calls.js";
import type { CountingStore } from "../store-access.js";
import { unindexedPattern } from "../namespaces.js";
import { purgeDatabase, writeFencedRows } from "./fence.js";

/** The limits of one statement: rows, and about this many characters of JSON. */
const maxRows = 500;
const maxSize = 4_000_000;
/** Rows of a search that may come as one text: the window of latest episodes has up to 320, and long rows take memory. */
const maxTogether = 400;

/**
 * `PostgresStore` that sends consecutive gets, puts or deletes of a batch as one statement, and all reads that are asked
 * for at the same time as one. Its base class sends a statement and a transaction for each operation: half of an import's
 * time on the embedded engine, and most of a turn's.
 *
 * For a store without a vector index and without times to live, as ours is. Rows are locked in the order of their
 * keys, so two processes that write the same rows wait for each other and do not deadlock.
 */
export class BatchingPostgresStore
  extends PostgresStore
  implements FencedStore, PurgedStore, CountingStore
{
  /** The base class creates it and does not expose it, so it is read from a private field, and checked. */
  readonly pool: pg.Pool;
  readonly #searches = coalesceReads((key) => {
    const [prefix, options] = JSON.parse(key) as Parameters<PostgresStore["search"]>;
    const { limit = 10, ...others } = options ?? {};
    // What the reading of all at once has no place for.
    if (!isPlainPath(prefix) || Object.keys(others).length > 0)
      return super.search(prefix, options);
    return this.#reads({ path: prefix.join(":"), limit });
  });
  readonly #reads = gatherCalls((asked: readonly Asked[]) => this.#readAll(asked));

  constructor(connectionOptions: pg.PoolConfig) {
    super({ connectionOptions });
    const core: unknown = Reflect.get(this, "core");
    const pool: unknown = core instanceof Object ? Reflect.get(core, "pool") : undefined;
    if (!isPool(pool))
      throw new Error("PostgresStore no longer keeps its pool in core.pool; read it from there.");
    this.pool = pool;
  }

  override async search(...search: Parameters<PostgresStore["search"]>) {
    return [...((await this.#searches(JSON.stringify(search))) as SearchItem[])];
  }

  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const results: unknown[] = [];
    for (const bundle of bundled(operations)) results.push(...(await this.#run(bundle)));
    // Each bundle answers its operations in their order, as the base class does.
    return results as OperationResults<Op>;
  }

  /** By an index of these rows alone, of which there are few. */
  async unindexed(): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>(countUnindexed);
    return Number(rows[0]?.count ?? 0);
  }

  purge(): Promise<void> {
    return purgeDatabase(this.pool);
  }

  /** Of rows beyond the limits of one statement, each statement expects what it replaces. */
  async writeFenced(write: FencedWrite): Promise<FencedOutcome> {
    for (const changes of statementsOf(write.changes)) {
      const places = new Set(changes.map(placeOf));
      const isFirst = placeOf(changes[0]) === placeOf(write.changes[0]);
      const expected = write.expected.filter((each) => isFirst || places.has(placeOf(each)));
      const outcome = await writeFencedRows(this.pool, { ...write, expected, changes });
      if (outcome !== "written") return outcome;
    }
    return "written";
  }

  async #run({ kind, operations, rows: byPlace }: Bundle): Promise<readonly unknown[]> {
    if (kind === "other" || (kind !== "get" && operations.length === 1))
      return super.batch([...operations]);
    const rows = [...byPlace.values()];
    const paths = rows.map(({ path }) => path);
    const keys = rows.map(({ key }) => key);
    if (kind === "get") return this.#gets(rows);
    if (kind === "delete") await this.pool.query(deleteAll, [paths, keys]);
    else await this.pool.query(putAll, [paths, keys, rows.map(({ value }) => value)]);
    return rows.map(() => undefined);
  }

  async #gets(rows: readonly Row[]): Promise<(Item | null)[]> {
    const found = await Promise.all(rows.map(({ path, key }) => this.#reads({ path, key })));
    return found.map((items) => items[0] ?? null);
  }

  async #readAll(asked: readonly Asked[]): Promise<Item[][]> {
    const names = asked.map(nameOf);
    const [gets, searches] = [new Map<string, Get>(), new Map<string, Search>()];
    for (const [place, each] of asked.entries())
      if ("key" in each) gets.set(names[place] ?? "", each);
      else searches.set(names[place] ?? "", each);
    const [got, sought] = [[...gets.values()], [...searches]];
    const ofGets = [got.map(({ path }) => path), got.map(({ key }) => key)];
    const ofSearches = [
      sought.map(([name]) => name),
      sought.map(([, { path }]) => path),
      sought.map(([, { path }]) => after(path)),
      sought.map(([, { limit }]) => limit),
    ];
    const isMany = sought.some(([, { limit }]) => limit > maxTogether);
    const rows =
      sought.length === 0
        ? await this.#rows(getAll, ofGets)
        : isMany
          ? await this.#rows(readAll, [...ofGets, ...ofSearches])
          : await this.#rowsTogether([...ofGets, ...ofSearches]);
    const found = new Map<string, Item[]>();
    for (const { asked: name, namespace_path: path, key, value, ...times } of rows) {
      const item = {
        namespace: path.split(":"),
        key,
        value,
        createdAt: new Date(times.created_at),
        updatedAt: new Date(times.updated_at),
      };
      const place = name ?? nameOf({ path, key });
      const others = found.get(place);
      if (others === undefined) found.set(place, [item]);
      else others.push(item);
    }
    return names.map((name) => found.get(name) ?? []);
  }

  async #rows(statement: string, values: unknown[]): Promise<StoredRow[]> {
    return (await this.pool.query<StoredRow>(statement, values)).rows;
  }

  async #rowsTogether(values: unknown[]): Promise<StoredRow[]> {
    const { rows } = await this.pool.query<{ found: string | null }>(readTogether, values);
    return JSON.parse(rows[0]?.found ?? "[]") as StoredRow[];
  }
}

const countUnindexed = `
  SELECT coalesce(sum(jsonb_array_length(value -> 'ids')), 0) AS count FROM public.store
  WHERE namespace_path LIKE '${unindexedPattern}'`;

const placeOf = (change: Pick<StoreChange, "namespace" | "key"> | undefined) =>
  change === undefined ? "" : `${change.namespace.join(":")} ${change.key}`;

/** The last change of each row, in the order of the changes, as many in each part as a statement can contain. */
function statementsOf(changes: readonly StoreChange[]): StoreChange[][] {
  const last = new Map(changes.map((change) => [placeOf(change), change]));
  const parts: StoreChange[][] = [];
  let size = 0;
  for (const change of last.values()) {
    const length = change.value === null ? 0 : JSON.stringify(change.value).length;
    let part = parts.at(-1);
    if (part === undefined || part.length >= maxRows || size + length > maxSize) {
      part = [];
      parts.push(part);
      size = 0;
    }
    part.push(change);
    size += length;
  }
  return parts;
}

interface Get {
  readonly path: string;
  readonly key: string;
}

interface Search {
  readonly path: string;
  readonly limit: number;
}

type Asked = Get | Search;

const nameOf = (asked: Asked) =>
  "key" in asked ? `get ${asked.path} ${asked.key}` : `search ${asked.path} ${asked.limit}`;

/** The first path that begins with none of this one's letters, byte by byte. */
function after(path: string): string {
  return path.slice(0, -1) + String.fromCharCode(path.charCodeAt(path.length - 1) + 1);
}

/** Not `instanceof pg.Pool`: the base class may have been installed with a `pg` of its own. */
function isPool(value: unknown): value is pg.Pool {
  return value instanceof EventEmitter && "query" in value;
}

interface StoredRow {
  /** Of a search, its name. */
  readonly asked?: string | null;
  readonly namespace_path: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly created_at: Date | string;
  readonly updated_at: Date | string;
}

const requested = "unnest($1::text[], $2::text[]) AS requested (namespace_path, key)";

const getAll = `
  SELECT namespace_path, key, value, created_at, updated_at
  FROM ${requested} JOIN public.store USING (namespace_path, key)`;

/** By ranges, not by LIKE: a pattern that is not a constant finds no use for the index of prefixes. */
const readAll = `
  SELECT NULL AS asked, namespace_path, key, value, created_at, updated_at
  FROM ${requested} JOIN public.store USING (namespace_path, key)
  UNION ALL
  SELECT asked, found.*
  FROM unnest($3::text[], $4::text[], $5::text[], $6::int[]) AS sought (asked, low, high, most)
  CROSS JOIN LATERAL (
    SELECT namespace_path, key, value, created_at, updated_at FROM public.store
    WHERE namespace_path ~>=~ low AND namespace_path ~<~ high
      AND (expires_at IS NULL OR expires_at > CURRENT_TIMESTAMP)
    ORDER BY created_at DESC LIMIT most
  ) AS found`;

/** The same rows as one text, for not too many: the window of a user's latest episodes takes half as long. */
const readTogether = `SELECT json_agg(found)::text AS found FROM (${readAll}) AS found`;

const putAll = `
  INSERT INTO public.store (namespace_path, key, value)
  SELECT namespace_path, key, value::jsonb
  FROM unnest($1::text[], $2::text[], $3::text[]) AS written (namespace_path, key, value)
  ORDER BY namespace_path, key
  ON CONFLICT (namespace_path, key)
  DO UPDATE SET value = EXCLUDED.value, updated_at = CURRENT_TIMESTAMP`;

const deleteAll = `
  WITH doomed AS (
    SELECT namespace_path, key FROM ${requested} JOIN public.store USING (namespace_path, key)
    ORDER BY namespace_path, key FOR UPDATE OF store
  )
  DELETE FROM public.store USING doomed
  WHERE store.namespace_path = doomed.namespace_path AND store.key = doomed.key`;

interface Row {
  /** What one statement can do with rows like it; the base class does `other`. */
  readonly kind: "get" | "put" | "delete" | "other";
  readonly path: string;
  readonly key: string;
  /** JSON; empty unless it is a put. */
  readonly value: string;
}

interface Bundle {
  readonly kind: Row["kind"];
  readonly operations: Operation[];
  /** By path and key. */
  readonly rows: Map<string, Row>;
  /** Characters of JSON. */
  size: number;
}

/** The batch in its order, split where one statement cannot contain the next operation. */
function bundled(operations: readonly Operation[]): Bundle[] {
  const bundles: Bundle[] = [];
  for (const operation of operations) {
    const row = rowOf(operation);
    const { kind, value } = row;
    const place = `${row.path} ${row.key}`;
    let bundle = bundles.at(-1);
    if (
      bundle?.kind !== kind ||
      // A statement can put a row only once; of two puts the later one wins.
      bundle.rows.has(place) ||
      bundle.rows.size >= maxRows ||
      bundle.size + value.length > maxSize
    ) {
      bundle = { kind, operations: [], rows: new Map(), size: 0 };
      bundles.push(bundle);
    }
    bundle.operations.push(operation);
    bundle.rows.set(place, row);
    bundle.size += value.length;
  }
  return bundles;
}

function rowOf(operation: Operation): Row {
  if (!("key" in operation) || !operation.namespace.every(isPlain))
    return { kind: "other", path: "", key: "", value: "" };
  const row = { path: operation.namespace.join(":"), key: operation.key, value: "" };
  if (!("value" in operation)) return { ...row, kind: "get" };
  if (operation.value === null) return { ...row, kind: "delete" };
  return { ...row, kind: "put", value: JSON.stringify(operation.value) };
}

const isPlainPath = (namespace: readonly string[]) =>
  namespace.length > 0 && namespace.every(isPlain);

/** The base class checks, and refuses, other labels. */
const isPlain = (label: string) => /^[a-zA-Z0-9-]+$/.test(label) && label !== "langgraph";
