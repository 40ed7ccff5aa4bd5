import { LRUCache } from "lru-cache";

/** More would be texts that somebody makes anew each time. */
const mostStatements = 200;
const parseComplete = new Uint8Array([0x31, 0, 0, 0, 4]);
/** Of a message, before its body: the type and the length. */
const headerSize = 5;

/** What plans do not outlive: tables of another form, and the end of named statements. */
const endsPlans = /\b(ALTER|DROP|DEALLOCATE|DISCARD)\b/i;

/** One exchange as it goes to the engine. */
interface PreparedExchange {
  readonly messages: readonly Uint8Array[];
  /** What the client gets before the engine's answer. */
  readonly answered: Uint8Array | null;
  /** To be called with the beginning of the engine's answer. */
  readonly note: (answer: Uint8Array) => void;
}

/**
 * Has a session parse and plan once what comes again as an unnamed statement, under names of its own, which is half of
 * what a small statement costs. For a session that gets everything through this, and whose clients parse what they bind
 * within one exchange.
 */
export class ExchangeStatements {
  /** By the text with the types of its parameters. */
  readonly #names = new Map<string, string>();
  readonly #cameOnce = new LRUCache<string, true>({ max: mostStatements });
  #count = 0;

  prepare(exchange: readonly Uint8Array[]): PreparedExchange {
    const [parse, bind, ...others] = exchange;
    const last = others.at(-1);
    const asItWas = { messages: exchange, answered: null, note: () => undefined };
    const isPlain =
      parse !== undefined &&
      bind !== undefined &&
      last !== undefined &&
      startsWith(parse, "P", 0) &&
      startsWith(bind, "B", 0, 0) &&
      others.slice(0, -1).every((message) => isOfPortal(message)) &&
      startsWith(last, "S");
    const text = isPlain ? textOf(parse) : "";
    const known = this.#names.get(text);
    if (isPlain && known !== undefined)
      return {
        ...asItWas,
        messages: [withName(bind, 1, known), ...others],
        answered: parseComplete,
      };
    if (exchange.some((message) => isText(message) && endsPlans.test(textOf(message)))) {
      this.#names.clear();
      return asItWas;
    }
    if (!isPlain) return asItWas;
    if (!this.#cameOnce.has(text) || this.#names.size >= mostStatements) {
      this.#cameOnce.set(text, true);
      return asItWas;
    }
    this.#count += 1;
    const name = `again${this.#count}`;
    return {
      messages: [withName(parse, 0, name), withName(bind, 1, name), ...others],
      answered: null,
      note: (answer) => void (startsWith(answer, "1") && this.#names.set(text, name)),
    };
  }
}

/** Whether it is a Parse or a simple Query. */
const isText = (message: Uint8Array) => startsWith(message, "P") || startsWith(message, "Q");

const textOf = (message: Uint8Array) =>
  Buffer.from(message.subarray(headerSize)).toString("latin1");

/** Whether the message has this type, and its body begins with these bytes. */
function startsWith(message: Uint8Array, type: string, ...body: readonly number[]): boolean {
  const isType = message[0] === type.codePointAt(0);
  return isType && body.every((byte, place) => message[headerSize + place] === byte);
}

/** Execute, or Describe of a portal: what names no statement. */
function isOfPortal(message: Uint8Array): boolean {
  return startsWith(message, "E") || startsWith(message, "D", "P".codePointAt(0) ?? 0);
}

/** The message with this name in place of an empty one, at a byte of its body. */
function withName(message: Uint8Array, place: number, name: string): Uint8Array {
  const at = headerSize + place;
  const named = Buffer.concat([message.subarray(0, at), Buffer.from(name), message.subarray(at)]);
  named.writeInt32BE(named.length - 1, 1);
  return named;
}
