import type { PGlite } from "@electric-sql/pglite";

/** Parse, Bind, Describe, Execute, Close, Flush: the messages of an exchange that a Sync has yet to end. */
const openMessages = "PBDECH";

/**
 * PGlite has one session, and `PGLiteSocketServer` lets many connections into it, message by message; only
 * inside a transaction does it stay with one connection. Without this, one connection's Parse replaces the
 * statement that another is about to bind (electric-sql/pglite#1046): of 400 concurrent queries half failed.
 * This PGlite says that it is in a transaction from the first message of an exchange to its Sync as well,
 * so the server stays with that connection until then.
 *
 * @param onFailure - Told when the engine itself failed; it will answer nothing any more.
 */
export function pgliteSession(database: PGlite, onFailure: (error: unknown) => void): PGlite {
  let inExchange = false;

  // A closed PGlite throws at the question, where the server expects no throw and would answer nobody again.
  const isInTransaction: PGlite["isInTransaction"] = () =>
    database.ready && (inExchange || database.isInTransaction());

  const execProtocolRawStream: PGlite["execProtocolRawStream"] = async (message, options) => {
    inExchange = openMessages.includes(String.fromCharCode(message[0] ?? 0));
    try {
      await database.execProtocolRawStream(message, options);
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };

  // The server's one use of it: rolling back what a connection that is gone had begun. It does not await
  // that, so a rejection here would end the process.
  const exec: PGlite["exec"] = async (query, options) => {
    inExchange = false;
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
