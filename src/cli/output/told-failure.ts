/** Ends a command that did its work in part: its result is written, with what failed, and the exit code is 1. */
export class ToldFailure extends Error {}
