/** Makes a thing when it is first asked for. What `Intl` has is dear: a slow phone takes up to 80 ms for the first. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
