/** Whoever read the output has seen enough (`parlance export … | head`); any other error of it is thrown. */
export function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** Whether the system refused something: no such folder, no right to a file, no room on the disk. Its message names the file. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/** Passes over what the system refused, which is told elsewhere. */
export function unlessSystemError(error: unknown): void {
  if (!isSystemError(error)) throw error;
}
