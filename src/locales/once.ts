/** Makes a thing when it is first asked for: what `Intl` has takes a slow phone 5 to 75 ms each. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
