/** What is known now, where nobody has to be asked, or will be. */
export type Soon<T> = T | Promise<T>;

/** Goes on with what is known, in the same turn of the loop if it is known now. */
export function then<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
