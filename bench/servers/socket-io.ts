import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@redis/client";
import { createAdapter } from "@socket.io/redis-adapter";
import { Server } from "socket.io";
import { answer, usage } from "../child.ts";
import type { ServerDuties } from "./subject.ts";

// Chat on Socket.IO as its guide has it: rooms of its own, `io.to(room).emit`. Nothing is stored, nothing acknowledged.
// https://socket.io/docs/v4/tutorial/introduction
// With a Redis that is given it is a node of several. https://socket.io/docs/v4/redis-adapter/

const redis = process.argv[2];
const bus = redis === undefined ? undefined : ([createClient({ url: redis }), createClient({ url: redis })] as const);
for (const client of bus ?? []) await client.connect();
const http = createServer();
const io = new Server(http, { serveClient: false, ...(bus && { adapter: createAdapter(...bus) }) });
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 });
await once(http, "listening");
let seq = 0;
let people = 0;

io.on("connection", (socket) => {
  const room = String(socket.handshake.query["room"]);
  void socket.join(room);
  const number = String(people++);
  const user = { id: `u_${number.padStart(20, "0")}`, name: `user_${number.padStart(8, "0")}` };
  socket.on("message", ({ id, text }: { id: string; text: string }) => {
    io.to(room).emit("message", { room, seq: ++seq, id, user, text, ts: new Date().toISOString() });
  });
});

const duties: ServerDuties = {
  entrance: () => ({
    way: "websocket",
    port: (http.address() as AddressInfo).port,
    path: "/socket.io/?EIO=4&transport=websocket&room={room}",
    // The packets of its protocol: 40 asks for the main namespace, 42 is an event.
    join: { frame: "40", answeredBy: '40{"sid"' },
    says: '42["message",{"id":"{number}-bench-message","text":"{text}"}]',
    readsOwn: true,
  }),
  usage: () => ({ ...usage(), commits: 0 }),
};
answer(duties, async () => {
  await io.close();
  for (const client of bus ?? []) client.destroy();
});
