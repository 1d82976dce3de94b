import { setImmediate as nextTurn } from "node:timers/promises";

/** What becomes of that which a command prints. */
export interface Output {
  /**
   * Resolves once pipes have taken all that was printed: what still waits for a slow reader goes with the process. With
   * why some of it could not be written, if so; a reader who left (`| head`) has seen enough.
   */
  settled(): Promise<Error | undefined>;
  /** From now on it is nobody's loss: it is neither waited for, nor complained of. */
  abandon(): void;
}

/** Watches the output of this process from now on. */
export function watchOutput({ stdout, stderr }: Pick<NodeJS.Process, "stdout" | "stderr">): Output {
  let trouble: NodeJS.ErrnoException | undefined;
  stdout.on("error", (error) => {
    trouble ??= error;
  });
  // Nobody can be told.
  stderr.on("error", () => {});
  const abandoned = Promise.withResolvers<undefined>();
  const taken = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => {
      if (stream.writableLength === 0) resolve();
      else stream.write("", () => resolve());
    });
  const allTaken = async () => {
    await Promise.all([stdout, stderr].map(taken));
    // A write that failed at once is told of a little later.
    await nextTurn();
    return trouble?.code === "EPIPE" ? undefined : trouble;
  };
  return {
    settled: () => Promise.race([abandoned.promise, allTaken()]),
    abandon: () => abandoned.resolve(undefined),
  };
}
