import { EventEmitter } from "node:events";
import type { Item, Operation, OperationResults } from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import type pg from "pg";
import { coalesceReads } from "../../system/coalesce-reads.js";

/** The limits of one statement: rows, and about this many characters of JSON. */
const maxRows = 500;
const maxSize = 4_000_000;

/**
 * `PostgresStore` that sends consecutive gets, puts or deletes of a batch as one statement, and equal searches at the
 * same time as one. Its base class sends a statement and a transaction for each operation: half of an import's time on
 * the embedded engine.
 *
 * For a store without a vector index and without times to live, as ours is. Rows are locked in the order of their
 * keys, so two processes that write the same rows wait for each other and do not deadlock.
 */
export class BatchingPostgresStore extends PostgresStore {
  /** The base class creates it and does not expose it, so it is read from a private field, and checked. */
  readonly pool: pg.Pool;
  readonly #searches = coalesceReads((key) => {
    const [prefix, options] = JSON.parse(key) as Parameters<PostgresStore["search"]>;
    return super.search(prefix, options);
  });

  constructor(connectionOptions: pg.PoolConfig) {
    super({ connectionOptions });
    const core: unknown = Reflect.get(this, "core");
    const pool: unknown = core instanceof Object ? Reflect.get(core, "pool") : undefined;
    if (!isPool(pool))
      throw new Error("PostgresStore no longer keeps its pool in core.pool; read it from there.");
    this.pool = pool;
  }

  override async search(...search: Parameters<PostgresStore["search"]>) {
    return [...(await this.#searches(JSON.stringify(search)))];
  }

  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const results: unknown[] = [];
    for (const bundle of bundled(operations)) results.push(...(await this.#run(bundle)));
    // Each bundle answers its operations in their order, as the base class does.
    return results as OperationResults<Op>;
  }

  async #run({ kind, operations, rows: byPlace }: Bundle): Promise<readonly unknown[]> {
    if (kind === "other" || operations.length === 1) return super.batch([...operations]);
    const rows = [...byPlace.values()];
    const paths = rows.map(({ path }) => path);
    const keys = rows.map(({ key }) => key);
    if (kind === "get") return this.#get(paths, keys);
    if (kind === "delete") await this.pool.query(deleteAll, [paths, keys]);
    else await this.pool.query(putAll, [paths, keys, rows.map(({ value }) => value)]);
    return rows.map(() => undefined);
  }

  async #get(paths: readonly string[], keys: readonly string[]): Promise<(Item | null)[]> {
    const { rows } = await this.pool.query<StoredRow>(getAll, [paths, keys]);
    const found = new Map(
      rows.map(({ namespace_path: path, key, value, created_at, updated_at }) => [
        `${path} ${key}`,
        { namespace: path.split(":"), key, value, createdAt: created_at, updatedAt: updated_at },
      ]),
    );
    return paths.map((path, place) => found.get(`${path} ${keys[place]}`) ?? null);
  }
}

/** Not `instanceof pg.Pool`: the base class may have been installed with a `pg` of its own. */
function isPool(value: unknown): value is pg.Pool {
  return value instanceof EventEmitter && "query" in value;
}

interface StoredRow {
  readonly namespace_path: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const requested = "unnest($1::text[], $2::text[]) AS requested (namespace_path, key)";

const getAll = `
  SELECT namespace_path, key, value, created_at, updated_at
  FROM ${requested} JOIN public.store USING (namespace_path, key)`;

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

/** The base class checks, and refuses, other labels. */
const isPlain = (label: string) => /^[a-zA-Z0-9-]+$/.test(label) && label !== "langgraph";
