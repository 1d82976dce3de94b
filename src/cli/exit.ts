/** What a command's end tells the shell. */
export const exitCodes = {
  done: 0,
  /** It could not be done, for a reason that was printed. */
  failed: 1,
  /** What was asked for cannot be asked for. */
  usage: 2,
  /** A bug; EX_SOFTWARE of sysexits.h. */
  bug: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** A request that no command takes: printed as one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
