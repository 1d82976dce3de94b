import type { Socket } from "node:net";
import { pipeline } from "node:stream";

/** TCP echo: bytes come back unchanged, as fast as they are read and no faster. RFC 862 */
export function echo(socket: Socket): void {
  pipeline(socket, socket, () => socket.destroy());
}
