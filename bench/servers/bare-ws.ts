import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "@nats-io/transport-node";
import { WebSocket, WebSocketServer } from "ws";
import { answer, usage } from "../child.ts";
import type { ServerDuties } from "./subject.ts";

// The usual chat server on `ws`: one JSON text, sent to each client of the room in turn; nothing is stored, nothing
// acknowledged. Its messages carry what Parlance's carry, so that both put the same bytes on the wire.
// With a NATS that is given it is a node of several: what it sends to its own clients it passes on to the others.

const nats = process.argv[2];
const bus = nats === undefined ? undefined : await connect({ servers: nats, noEcho: true });
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096 });
await once(server, "listening");
const rooms = new Map<string, Set<WebSocket>>();
let seq = 0;
let people = 0;

function deliver(room: string, frame: string): void {
  for (const member of rooms.get(room) ?? []) if (member.readyState === WebSocket.OPEN) member.send(frame);
}

bus?.subscribe("rooms.*", {
  callback: (error, message) => {
    if (error) throw error;
    deliver(message.subject.slice("rooms.".length), message.string());
  },
});

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
    if (!bus) return deliver(room, frame);
    bus.publish(`rooms.${room}`, frame);
    // It leaves in a microtask: the other nodes need not wait for this one's writes.
    queueMicrotask(() => deliver(room, frame));
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
answer(duties, async () => {
  for (const client of server.clients) client.terminate();
  server.close();
  await bus?.close();
});
