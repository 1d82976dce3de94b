/** Why a server cannot start: one sentence that says what to do, for the operator. */
export class StartupError extends Error {
  override readonly name = "StartupError";
}
