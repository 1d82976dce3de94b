import type { Socket } from "node:net";
import { pipeline } from "node:stream";
import { readsLikeHttp } from "./support/http-line.ts";

/** TCP echo: bytes come back unchanged, as fast as they are read and no faster; HTTP gets nothing. RFC 862 [D5] */
export function echo(socket: Socket): void {
  const over = () => socket.destroy();
  socket.once("end", over).once("error", over);
  socket.once("data", (first: Buffer) => {
    if (readsLikeHttp(first.toString("latin1"))) return void over();
    socket.off("end", over).off("error", over).pause();
    socket.unshift(first);
    pipeline(socket, socket, over);
  });
}
