import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { readConfig } from "../../src/ops/config.ts";
import { createLog } from "../../src/ops/log.ts";
import { startServer } from "../../src/server/index.ts";
import { answer, usage } from "../child.ts";
import { dataFolder } from "../machine.ts";
import type { Entrance, ParlanceDuties } from "./subject.ts";

// Commits are counted where they are handed to the store's thread: a durable commit each.
let commits = 0;
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<Worker["postMessage"]>) {
  if ((message[0] as { do?: unknown }).do === "append") commits++;
  postMessage.apply(this, message);
};

// Beside the program: a system's folder for temporary files is often in memory, where a commit costs nothing.
mkdirSync(dataFolder, { recursive: true });
/** A folder that is given is left there; a database and a bus in its place make it a node of several. */
const [given, bus] = process.argv.slice(2);
const data = given ?? mkdtempSync(join(dataFolder, "parlance-"));

const config = readConfig(
  // A few members say everything: what is measured is the server, not what it allows each of them.
  {
    ports: ["0"],
    tcpPort: ["0"],
    tcpEchoPort: ["none"],
    hosts: ["127.0.0.1"],
    sendRate: ["0"],
    drain: ["0"],
    ...(bus === undefined ? { data: [data] } : { store: [data], bus: [bus] }),
  },
  {},
);
if (!config.ok) throw new Error(config.message);
const server = await startServer(config.value, {
  log: createLog({ level: "error", form: "plain", output: process.stderr }),
});
const http = { port: server.ports[0] ?? 0, readsOwn: true };
const text = { says: "{text}" };

const entrances: Readonly<Record<string, Entrance>> = {
  native: {
    ...http,
    way: "websocket",
    path: "/api/v1/ws",
    join: { frame: '{"type":"join","room":"{room}","history":0}', answeredBy: '"type":"history"' },
    says: '{"type":"message","room":"{room}","id":"{number}-bench-message","text":"{text}"}',
  },
  "plain text": { ...http, ...text, way: "websocket", path: "/" },
  "room text": { ...http, ...text, way: "websocket", path: "/chat/{room}", join: { frame: "", answeredBy: "joined" } },
  "TCP chat": {
    ...text,
    way: "lines",
    port: server.tcpPort ?? 0,
    path: "",
    join: { frame: "", answeredBy: "joined" },
    readsOwn: false,
  },
  SSE: {
    ...http,
    way: "events",
    path: "/rooms/{room}/events",
    join: { frame: "", answeredBy: "id: " },
    says: "",
    readsOwn: false,
  },
};

setFlagsFromString("--expose-gc");
const collectGarbage: (options: { type: "major"; flavor: "last-resort" }) => void = runInNewContext("gc");

const duties: ParlanceDuties = {
  entrance(gateway = "native") {
    const entrance = entrances[gateway];
    if (!entrance) throw new Error(`there is no way in called ${gateway}`);
    return entrance;
  },
  usage: () => ({ ...usage(), commits }),
  collect: () => collectGarbage({ type: "major", flavor: "last-resort" }),
};
answer(duties, async () => {
  await server.stop();
  if (!given) rmSync(data, { recursive: true, force: true });
});
