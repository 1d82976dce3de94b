/** Whoever read the output has seen enough (`parlance export … | head`); any other error of it is thrown. */
export function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * Whether the system refused something: no such folder, no right to a file, no room on the disk; or Node, a file that is
 * larger than it reads at once. Its message tells.
 */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException => {
  if (!(error instanceof Error)) return false;
  const { syscall, code } = error as NodeJS.ErrnoException;
  return typeof syscall === "string" || code === "ERR_FS_FILE_TOO_LARGE";
};

/** Passes over what the system refused, which is told elsewhere. */
export function unlessSystemError(error: unknown): void {
  if (!isSystemError(error)) throw error;
}
