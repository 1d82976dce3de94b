import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { answer, usage } from "../child.ts";
import type { ServerDuties } from "./subject.ts";

// The usual chat server on `ws`: one JSON text, sent to each client of the room in turn; nothing is stored, nothing
// acknowledged. Its messages carry what Parlance's carry, so that both put the same bytes on the wire.

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096 });
await once(server, "listening");
const rooms = new Map<string, Set<WebSocket>>();
let seq = 0;
let people = 0;

server.on("connection", (client, request) => {
  const room = request.url?.slice(1) ?? "";
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(client));
  const number = String(people++);
  const user = { id: `u_${number.padStart(20, "0")}`, name: `user_${number.padStart(8, "0")}` };
  client.on("message", (data) => {
    const { id, text } = JSON.parse(data.toString()) as { id: string; text: string };
    const ts = new Date().toISOString();
    const frame = JSON.stringify({ type: "message", room, seq: ++seq, id, user, text, ts });
    for (const other of members) if (other.readyState === WebSocket.OPEN) other.send(frame);
  });
  client.on("close", () => members.delete(client));
});

const duties: ServerDuties = {
  entrance: () => ({
    way: "websocket",
    port: (server.address() as AddressInfo).port,
    path: "/{room}",
    says: '{"id":"{number}-bench-message","text":"{text}"}',
    readsOwn: true,
  }),
  usage: () => ({ ...usage(), commits: 0 }),
};
answer(duties, () => {
  for (const client of server.clients) client.terminate();
  server.close();
});
