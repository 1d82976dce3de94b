import { exitCodes } from "./exit.ts";

/** npm and the terminal both send the signal: what comes so soon after the first is the same one. [K4] */
const sameSignalMs = 500;

const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated, SIGHUP: exitCodes.hungUp } as const;
type EndSignal = keyof typeof codes;

export interface SignalOptions {
  /** The first signal came: end in good order. */
  readonly onFirst: () => void;
  /** Another one came, later: end now, with this exit status. */
  readonly onSecond: (exitCode: number) => void;
  /** Milliseconds that never go back. */
  readonly monotonic?: () => number;
}

/** What to do with each signal that asks for an end. [K4] */
export function createSignalHandler({ onFirst, onSecond, monotonic = () => performance.now() }: SignalOptions) {
  let first: number | undefined;
  return (signal: EndSignal): void => {
    if (first === undefined) {
      first = monotonic();
      onFirst();
    } else if (monotonic() - first > sameSignalMs) onSecond(codes[signal]);
  };
}

/** Listens to SIGINT, SIGTERM and SIGHUP, which is sent when the terminal goes away, for as long as the process lives. */
export function onEndSignals(options: SignalOptions): void {
  const handle = createSignalHandler(options);
  for (const signal of Object.keys(codes) as EndSignal[]) process.on(signal, () => handle(signal));
}
