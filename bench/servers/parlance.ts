import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { readConfig } from "../../src/ops/config.ts";
import { createLog } from "../../src/ops/log.ts";
import { startServer } from "../../src/server/index.ts";
import { answer, usage } from "../child.ts";
import type { ServerDuties } from "./subject.ts";

// Commits are counted where they are handed to the store's thread: a durable commit each.
let commits = 0;
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<Worker["postMessage"]>) {
  if ((message[0] as { do?: unknown }).do === "append") commits++;
  postMessage.apply(this, message);
};

// Beside the program: a system's folder for temporary files is often in memory, where a commit costs nothing.
const parent = fileURLToPath(new URL("../data/", import.meta.url));
mkdirSync(parent, { recursive: true });
const data = mkdtempSync(join(parent, "parlance-"));

const config = readConfig(
  // A few members say everything: what is measured is the server, not what it allows each of them.
  { ports: ["0"], tcpPort: ["0"], tcpEchoPort: ["none"], hosts: ["127.0.0.1"], sendRate: ["0"], data: [data] },
  {},
);
if (!config.ok) throw new Error(config.message);
const server = await startServer(config.value, {
  log: createLog({ level: "error", form: "plain", output: process.stderr }),
});

const duties: ServerDuties = {
  entrance: () => ({
    port: server.ports[0] ?? 0,
    path: "/api/v1/ws",
    tcpPort: server.tcpPort ?? 0,
    join: { frame: '{"type":"join","history":0}', answeredBy: '"type":"history"' },
  }),
  usage: () => ({ ...usage(), commits }),
};
answer(duties, async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});
