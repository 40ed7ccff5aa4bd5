const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, EPIPE: 0 } as const;

/** Why a command was stopped from outside: a signal, or `EPIPE` when nobody reads its output any more. */
export class Stopped extends Error {
  readonly by: keyof typeof exitCodes;

  constructor(by: keyof typeof exitCodes) {
    super(`Stopped by ${by}.`);
    this.by = by;
  }

  get exitCode(): number {
    return exitCodes[this.by];
  }
}

/** For whoever stopped an alignment: the same settings are the same run. */
export const howToGoOn = "Run the same command to go on.";

/** Thrown in place of a stop by a command that was in the middle of its work. The message says how to go on with it. */
export class CutOff extends Error {}
