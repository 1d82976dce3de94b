/** Whoever read the output has seen enough (`parlance export … | head`); any other error of it is thrown. */
export function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
