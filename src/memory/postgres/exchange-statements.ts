/** More would be texts that somebody makes anew each time. */
const mostStatements = 200;
const parseComplete = new Uint8Array([0x31, 0, 0, 0, 4]);
/** Of a message, before its body: the type and the length. */
const headerSize = 5;

/** One exchange as it goes to the engine. */
interface PreparedExchange {
  readonly messages: readonly Uint8Array[];
  /** What the client gets before the engine's answer. */
  readonly answered: Uint8Array | null;
  /** To be called with the beginning of the engine's answer. */
  readonly check: (answer: Uint8Array) => void;
}

/**
 * Has a session parse and plan once what comes again as an unnamed statement, under names of its own, which is half of
 * what a small statement costs. For a session whose clients parse what they bind within one exchange.
 */
export class ExchangeStatements {
  /** By the text with the types of its parameters: its name, or null for one that came once. */
  readonly #names = new Map<string, string | null>();
  #count = 0;

  prepare(exchange: readonly Uint8Array[]): PreparedExchange {
    const [parse, bind, ...others] = exchange;
    const last = others.at(-1);
    const isPlain =
      parse !== undefined &&
      bind !== undefined &&
      last !== undefined &&
      startsWith(parse, "P", 0) &&
      startsWith(bind, "B", 0, 0) &&
      others.slice(0, -1).every((message) => isOfPortal(message)) &&
      startsWith(last, "S");
    if (!isPlain) return { messages: exchange, answered: null, check: () => undefined };
    const text = Buffer.from(parse.subarray(headerSize + 1)).toString("latin1");
    const known = this.#names.get(text);
    if (known === undefined) {
      if (this.#names.size < mostStatements) this.#names.set(text, null);
      return { messages: exchange, answered: null, check: () => undefined };
    }
    if (known !== null)
      return {
        messages: [withName(bind, 1, known), ...others],
        answered: parseComplete,
        // The tables have another form now, or somebody has ended all statements of the session.
        check: (answer) => void (startsWith(answer, "E") && this.#names.delete(text)),
      };
    this.#count += 1;
    const name = `again${this.#count}`;
    return {
      messages: [withName(parse, 0, name), withName(bind, 1, name), ...others],
      answered: null,
      check: (answer) => void (startsWith(answer, "1") && this.#names.set(text, name)),
    };
  }
}

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
