import type { PGlite } from "@electric-sql/pglite";

/** Parse, Bind, Describe, Execute, Close, Flush: the messages of an exchange before its Sync. */
const openMessages = "PBDECH";

/**
 * Makes PGlite safe behind `PGLiteSocketServer`. PGlite has one session, and the server serves its connections message
 * by message; it stays with one connection only inside a transaction. So one connection's Parse replaces the statement
 * that another is about to bind (electric-sql/pglite#1046): of 400 concurrent queries half failed. This PGlite reports
 * a transaction from the first message of an exchange to its Sync as well, and the server stays with that connection.
 *
 * @param onFailure - Called when the engine itself failed; it answers nothing after that.
 */
export function pgliteSession(database: PGlite, onFailure: (error: unknown) => void): PGlite {
  let inExchange = false;

  // A closed PGlite throws here. The server does not expect that, and would never answer again.
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

  // The server uses it only to roll back the transaction of a lost connection. It does not await the result, so a
  // rejection would end the process.
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
