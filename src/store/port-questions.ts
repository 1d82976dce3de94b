type Methods<Port> = Record<keyof Port, (...of: never[]) => Promise<unknown>>;

/** A call of one of a port's methods, as a message to another thread. */
export type Question<Port extends Methods<Port>> = {
  readonly [M in keyof Port]: { readonly ask: M; readonly of: Parameters<Port[M]> };
}[keyof Port];

/** Of each method of a port, whether the database is another one after it. */
export type Effects<Port> = Readonly<Record<keyof Port, "reads" | "writes">>;

/** A port whose methods are answered elsewhere: each call is a question. */
export function askPort<Port extends Methods<Port>>(
  effects: Effects<Port>,
  ask: (question: Question<Port>) => Promise<unknown>,
): Port {
  const methods = Object.keys(effects).map((method) => [
    method,
    (...of: unknown[]) => ask({ ask: method, of } as unknown as Question<Port>),
  ]);
  return Object.fromEntries(methods) as Port;
}
