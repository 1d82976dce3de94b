import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import type { Scope } from "./scope.ts";

/** The bare socket of a WebSocket, once the server has shaken hands: whoever has it may do with it what they like. */
export async function upgraded(scope: Scope, url: string, path: string): Promise<Socket> {
  const asking = request(url + path, {
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": 13,
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    },
  });
  asking.end();
  const [, socket] = (await once(asking, "upgrade")) as [unknown, Socket];
  scope.after(() => socket.destroy());
  return socket.on("error", () => {});
}

/** A text of less than 64 KiB as a client's WebSocket frame; a mask of zeros leaves it as it is. RFC 6455 §5.2 */
export function maskedFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]);
}
