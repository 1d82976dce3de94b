import type { Writable } from "node:stream";

/** Resolves once a socket has taken what was written to it, or is gone. */
export async function drained(socket: Writable): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      socket.off("drain", settle);
      socket.off("close", settle);
      resolve();
    };
    socket.on("drain", settle);
    socket.on("close", settle);
  });
}
