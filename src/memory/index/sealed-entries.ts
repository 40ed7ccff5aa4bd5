import { createCipheriv, createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { isUnspaced } from "../../domain/text/split-words.js";
import type { UserKey } from "../../domain/user-id.js";
import { untilWritten } from "../change-record.js";
import { userNamespaces } from "../namespaces.js";
import { indexSecretRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";

/**
 * How a user's entries stand in the index: with a secret that only the store has, so that whatever an index, its log or a
 * backup of it keeps of them says nothing once the store has forgotten the secret. The same always becomes the same.
 */
export interface Seal {
  /** Each term becomes another one; spaces and lines stay, and so do dates, which `order` has anyway. */
  words(words: string): string;
  /** All vectors of a user are turned alike, so the angles between them stay. */
  vector(vector: readonly number[]): number[];
}

export interface Seals {
  /** For a search; `null` where the user has no secret, and so no entries. */
  find(user: UserKey): Promise<Seal | null>;
  /** For an entry: the user's first one makes the secret. */
  make(user: UserKey): Promise<Seal>;
}

const key = "secret";
/** Of a longer term the beginning counts. UTF-16 units. */
const comparedLength = 60;
/** Chroma indexes every three letters, which is half of what an entry costs it: among 100,000 terms two are the same. */
const hexOfTerm = 8;
const hexOfCharacter = 5;
/** Less than the mark of an erasure is kept: after it, the same name may mean another secret. */
const keptMs = 3_600_000;
/** Drawing a rotation takes longer than turning a vector by it; one of 512 numbers has 18 kB. */
const keptRotations = 100;

export function createSeals(access: StoreAccess): Seals {
  /** By user and by their last erasure, after which there is another secret. */
  const secrets = new LRUCache<string, string>({ max: 10_000, ttl: keptMs });
  const rotations = new LRUCache<string, Rotation>({ max: keptRotations, ttl: keptMs });
  const sealOf = (secret: string) => createSeal(secret, rotations);

  async function secretOf(user: UserKey, isMade: boolean): Promise<string | null> {
    const since = await access.visits.present(user)?.since();
    const name = since === undefined ? undefined : `${user} ${since}`;
    const known = name === undefined ? undefined : secrets.get(name);
    if (known !== undefined) return known;
    const secret = await (isMade ? untilWritten(() => writeOrRead(user)) : read(user));
    if (name !== undefined && secret !== null) secrets.set(name, secret);
    return secret;
  }

  async function read(user: UserKey): Promise<string | null> {
    const [record] = await access.get(indexSecretRecord, userNamespaces(user).index, [key]);
    return record?.secret ?? null;
  }

  /** Most users of whom none is known here have none. Null where somebody erased the one that was there just now. */
  async function writeOrRead(user: UserKey): Promise<string | null> {
    const namespace = userNamespaces(user).index;
    const secret = randomBytes(32).toString("base64url");
    const isWritten = await access.writeIf(
      [{ namespace, key, value: null }],
      [{ namespace, key, value: { schemaVersion: 1, secret } }],
    );
    return isWritten ? secret : read(user);
  }

  return {
    async find(user) {
      const secret = await secretOf(user, false);
      return secret === null ? null : sealOf(secret);
    },
    async make(user) {
      const secret = await secretOf(user, true);
      if (secret === null) throw new TypeError("A secret was made and is not there.");
      return sealOf(secret);
    },
  };
}

/**
 * @param secret - Of any length.
 * @param rotations - By secret; those of earlier seals are taken from it.
 */
export function createSeal(
  secret: string,
  rotations = new LRUCache<string, Rotation>({ max: 1 }),
): Seal {
  const sealed = new Map<string, string>();
  const digest = (text: string) => createHmac("sha256", secret).update(text).digest("hex");

  function termOf(term: string): string {
    // "@2026-05-07", "@-05"; "@anna:" is a name.
    if (/^@[-\d]/.test(term)) return term;
    if (!isUnspaced(term)) return digest(term.slice(0, comparedLength)).slice(0, hexOfTerm);
    // A part of such a term is looked up too.
    return term
      .slice(0, comparedLength)
      .replaceAll(/./gsu, (character) => `x${digest(character).slice(0, hexOfCharacter)}`);
  }

  return {
    words: (words) =>
      words.replaceAll(/[^ \n]+/g, (term) => {
        const known = sealed.get(term) ?? termOf(term);
        sealed.set(term, known);
        return known;
      }),
    vector(vector) {
      const known = rotations.get(secret);
      if (known?.length === vector.length) return known.of(vector);
      const rotation = createRotation(secret, vector.length);
      rotations.set(secret, rotation);
      return rotation.of(vector);
    },
  };
}

type Rotation = ReturnType<typeof createRotation>;

/** How often the numbers are shuffled and mixed: after three rounds each depends on all. */
const rounds = 3;

/**
 * A rotation that the secret draws: numbers are shuffled, with signs, and then each mixed with all others of a block
 * (Walsh and Hadamard's transform), some times over. Of a shuffle alone, one known vector would tell the whole.
 */
function createRotation(secret: string, length: number) {
  const shuffles = Array.from({ length: rounds }, (_, round) => shuffleOf(secret, round, length));
  const block = 2 ** Math.floor(Math.log2(Math.max(1, length)));
  return {
    length,
    of(vector: readonly number[]): number[] {
      let numbers = Float64Array.from(vector);
      for (const shuffle of shuffles) {
        numbers = shuffled(numbers, shuffle);
        mix(numbers.subarray(0, block));
        // The block is the largest power of two; the last numbers are in another one.
        if (block < length) mix(numbers.subarray(length - block));
      }
      return [...numbers];
    },
  };
}

/** For each place, where its number comes from, and the sign that it gets. */
interface Shuffle {
  readonly from: Uint32Array;
  readonly signs: Float64Array;
}

// Each vector of an import and of a search is shuffled and mixed, so these are plain loops over typed arrays.

function shuffleOf(secret: string, round: number, length: number): Shuffle {
  const bytes = createHmac("sha256", secret).update(`${length} numbers, round ${round}`).digest();
  const stream = createCipheriv("aes-256-ctr", bytes, Buffer.alloc(16));
  const drawn = stream.update(Buffer.alloc(8 * length));
  const [from, signs] = [new Uint32Array(length), new Float64Array(length)];
  for (let place = 0; place < length; place += 1) from[place] = place;
  for (let place = length - 1; place >= 0; place -= 1) {
    const other = drawn.readUInt32LE(8 * place) % (place + 1);
    const moved = from[place] ?? 0;
    from[place] = from[other] ?? 0;
    from[other] = moved;
    signs[place] = drawn.readUInt32LE(8 * place + 4) % 2 === 0 ? 1 : -1;
  }
  return { from, signs };
}

function shuffled(numbers: Float64Array, { from, signs }: Shuffle) {
  const result = new Float64Array(numbers.length);
  for (let place = 0; place < result.length; place += 1)
    result[place] = (signs[place] ?? 0) * (numbers[from[place] ?? 0] ?? 0);
  return result;
}

/** The transform of so many numbers, a power of two, in their place; lengths and angles stay. */
function mix(numbers: Float64Array): void {
  for (let half = 1; half < numbers.length; half *= 2)
    for (let start = 0; start < numbers.length; start += 2 * half)
      for (let one = start; one < start + half; one += 1) {
        const a = numbers[one] ?? 0;
        const b = numbers[one + half] ?? 0;
        numbers[one] = (a + b) * Math.SQRT1_2;
        numbers[one + half] = (a - b) * Math.SQRT1_2;
      }
}
