import type { PGlite } from "@electric-sql/pglite";
import { ExchangeStatements } from "./exchange-statements.js";

/** Parse, Bind, Describe, Execute, Close: the messages of an exchange, which its Sync ends. */
const openMessages = "PBDEC";
/** Asks for the answers to those before, within the exchange. */
const flush = "H";
const terminate = "X";

export interface SessionListeners {
  /** Called when the engine itself failed; it answers nothing after that. */
  onFailure(error: unknown): void;
  /** Called for each message to the engine, with its bytes. */
  onMessage(bytes: number): void;
}

/**
 * Makes PGlite safe behind `PGLiteSocketServer`, and quicker. PGlite has one session, and the server serves its connections
 * message by message; it stays with one connection only inside a transaction. So one connection's Parse replaces the
 * statement that another is about to bind (electric-sql/pglite#1046): of 400 concurrent queries half failed. This PGlite
 * reports a transaction from the first message of an exchange to its Sync as well, and the server stays with that
 * connection.
 *
 * The messages of an exchange go to the engine together, and statements that come again are planned once.
 */
export function pgliteSession(
  database: PGlite,
  { onFailure, onMessage }: SessionListeners,
): PGlite {
  let inExchange = false;
  let waiting: Uint8Array[] = [];
  const statements = new ExchangeStatements();

  // A closed PGlite throws here. The server does not expect that, and would never answer again.
  const isInTransaction: PGlite["isInTransaction"] = () =>
    database.ready && (inExchange || database.isInTransaction());

  const execProtocolRawStream: PGlite["execProtocolRawStream"] = async (message, options) => {
    const type = String.fromCharCode(message[0] ?? 0);
    // Its connection closes next, and the server then rolls back what was open. PGlite would not come back from it behind
    // other messages.
    if (type === terminate) return;
    onMessage(message.byteLength);
    waiting.push(message);
    inExchange = openMessages.includes(type) || type === flush;
    if (openMessages.includes(type)) return;
    const { messages, answered, note } = statements.prepare(waiting);
    waiting = [];
    try {
      let isFirst = true;
      if (answered !== null) options?.onRawData?.(answered);
      await database.execProtocolRawStream(Buffer.concat(messages), {
        ...options,
        onRawData: (data) => {
          if (isFirst) note(data);
          isFirst = false;
          options?.onRawData?.(data);
        },
      });
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };

  // The server uses it only to roll back the transaction of a lost connection. It does not await the result, so a
  // rejection would end the process.
  const exec: PGlite["exec"] = async (query, options) => {
    inExchange = false;
    waiting = [];
    if (!database.ready) return [];
    try {
      return await database.exec(query, options);
    } catch (error) {
      onFailure(error);
      return [];
    }
  };

  return new Proxy(database, {
    get(target, name) {
      if (name === "isInTransaction") return isInTransaction;
      if (name === "execProtocolRawStream") return execProtocolRawStream;
      if (name === "exec") return exec;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
