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

/** How to resume an alignment: the same settings are the same run. */
export const howToResume = "Run the same command to resume.";

/** Replaces the signal's reason where a stopped command can be resumed. The message says how. */
export class Interrupted extends Error {}
