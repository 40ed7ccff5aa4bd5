import { EventEmitter } from "node:events";
import type { Item, Operation, OperationResults } from "@langchain/langgraph-checkpoint";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import type pg from "pg";
import { coalesceReads } from "../../system/coalesce-reads.js";

/** Bounds one statement: so many rows, and about so many characters of JSON. */
const maxRows = 500;
const maxSize = 4_000_000;

/**
 * `PostgresStore` that sends what stands together in a batch (gets, puts, deletes) as one statement. The class
 * itself sends one an operation, each a transaction of its own: half of an import's time on the embedded engine. Equal
 * searches at one time are one as well.
 *
 * For a store without a vector index and without times to live, as ours is. Rows are locked in the order of
 * their keys, so two processes that write the same ones wait for each other and do not deadlock.
 */
export class BatchingPostgresStore extends PostgresStore {
  /** The class makes it and hands it to nobody, so it is read from a private field, and checked. */
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

  override async search(...asked: Parameters<PostgresStore["search"]>) {
    return [...(await this.#searches(JSON.stringify(asked)))];
  }

  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const results: unknown[] = [];
    for (const bundle of bundled(operations)) results.push(...(await this.#run(bundle)));
    // Each bundle answers its operations in their order, as the class does.
    return results as OperationResults<Op>;
  }

  async #run({ kind, operations, rows }: Bundle): Promise<readonly unknown[]> {
    // One alone is the class's own, with whatever it may come to say about it.
    if (kind === "other" || operations.length === 1) return super.batch([...operations]);
    const paths = rows.map(({ path }) => path);
    const keys = rows.map(({ key }) => key);
    if (kind === "get") return this.#get(paths, keys);
    const values = rows.map(({ value }) => value);
    if (kind === "put") await this.pool.query(putAll, [paths, keys, values]);
    else await this.pool.query(deleteAll, [paths, keys]);
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

/** Not `instanceof pg.Pool`: the class may have been installed with a `pg` of its own. */
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

const asked = "unnest($1::text[], $2::text[]) AS asked (namespace_path, key)";

const getAll = `
  SELECT namespace_path, key, value, created_at, updated_at
  FROM ${asked} JOIN public.store USING (namespace_path, key)`;

const putAll = `
  INSERT INTO public.store (namespace_path, key, value)
  SELECT namespace_path, key, value::jsonb
  FROM unnest($1::text[], $2::text[], $3::text[]) AS given (namespace_path, key, value)
  ORDER BY namespace_path, key
  ON CONFLICT (namespace_path, key)
  DO UPDATE SET value = EXCLUDED.value, updated_at = CURRENT_TIMESTAMP`;

const deleteAll = `
  WITH doomed AS (
    SELECT namespace_path, key FROM ${asked} JOIN public.store USING (namespace_path, key)
    ORDER BY namespace_path, key FOR UPDATE OF store
  )
  DELETE FROM public.store USING doomed
  WHERE store.namespace_path = doomed.namespace_path AND store.key = doomed.key`;

interface BundledRow {
  readonly path: string;
  readonly key: string;
  /** JSON; empty unless it is a put. */
  readonly value: string;
}

interface Bundle {
  readonly kind: "get" | "put" | "delete" | "other";
  readonly operations: Operation[];
  /** As many as operations, unless they are of another kind. */
  readonly rows: BundledRow[];
}

/** The batch in its order, cut wherever one statement cannot go on. */
function bundled(operations: readonly Operation[]): Bundle[] {
  const bundles: Bundle[] = [];
  let places = new Set<string>();
  let size = 0;
  for (const operation of operations) {
    const kind = kindOf(operation);
    const row = rowOf(operation);
    const place = row === null ? "" : `${row.path} ${row.key}`;
    const last = bundles.at(-1);
    // A statement can put one row only once; of two puts the later stands.
    const goesOn =
      last?.kind === kind &&
      row !== null &&
      !places.has(place) &&
      places.size < maxRows &&
      size + row.value.length <= maxSize;
    if (!goesOn) {
      places = new Set();
      size = 0;
    }
    const bundle: Bundle = goesOn ? last : { kind, operations: [], rows: [] };
    if (!goesOn) bundles.push(bundle);
    bundle.operations.push(operation);
    if (row !== null) bundle.rows.push(row);
    places.add(place);
    size += row?.value.length ?? 0;
  }
  return bundles;
}

function kindOf(operation: Operation): Bundle["kind"] {
  if (!("key" in operation) || !operation.namespace.every(isPlain)) return "other";
  if (!("value" in operation)) return "get";
  return operation.value === null ? "delete" : "put";
}

/** Other labels are the class's to check, and to refuse. */
const isPlain = (label: string) => /^[a-zA-Z0-9-]+$/.test(label) && label !== "langgraph";

function rowOf(operation: Operation): BundledRow | null {
  if (!("key" in operation)) return null;
  const value =
    "value" in operation && operation.value !== null ? JSON.stringify(operation.value) : "";
  return { path: operation.namespace.join(":"), key: operation.key, value };
}
