import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { compiled } from "./native.ts";
import type { ParlanceDuties, ServerDuties } from "./servers/subject.ts";

/** A server that is measured. */
export interface Subject {
  readonly name: string;
  /** What it is, for who reads its figures. */
  readonly is: string;
  open(): Child<ServerDuties>;
}

/** Debian's own Python, whose packages are its too. */
const python = "/usr/bin/python3";

export const parlance: Subject = {
  name: "Parlance",
  is: "every message on disk before anybody sees it, and acknowledged to its sender",
  open: () => openParlance(),
};

/** Parlance with a data folder of its own, which goes with it, or with one that is given and stays. */
export const openParlance = (folder?: string): Child<ParlanceDuties> =>
  new Child("./servers/parlance.ts", folder === undefined ? [] : [folder]);

/** A node of several, on a database and a bus that are given. */
export const openNode = (store: string, bus: string): Child<ServerDuties> =>
  new Child("./servers/parlance.ts", [store, bus]);

/** A node of several that tell each other by a Redis that is given. */
export const openSocketIoNode = (redis: string): Child<ServerDuties> => new Child("./servers/socket-io.ts", [redis]);

/** A bare `ws` server of several, which tell each other by a NATS that is given. */
export const openBareWsNode = (nats: string): Child<ServerDuties> => new Child("./servers/bare-ws.ts", [nats]);

export const bareWs: Subject = {
  name: "bare ws",
  is: "one JSON text, `ws.send` for each client; nothing stored, nothing acknowledged",
  open: () => new Child("./servers/bare-ws.ts"),
};

export const socketIo: Subject = {
  name: "Socket.IO",
  is: "`io.to(room).emit`; nothing stored, nothing acknowledged",
  open: () => new Child("./servers/socket-io.ts"),
};

/** One `write` for each member and message. `undefined` where nothing in C can be compiled, as the next. */
export const floorEach = floor("C, each", "each", "one `write` for each member and message; nothing stored");
/** One `write` for each member and turn of the loop. */
export const floorTurn = floor(
  "C, turn",
  "turn",
  "the frames of a turn in one `write` for each member; nothing stored",
);

function floor(name: string, mode: string, is: string): Subject | undefined {
  const command = compiled("floor");
  return command === undefined ? undefined : { name, is, open: () => new Child({ command, arguments: [mode] }) };
}

export const pythonWebsockets: Subject | undefined =
  spawnSync(python, ["-c", "import websockets"]).status === 0
    ? {
        name: "Python",
        is: "`websockets`, a `gather` of sends; nothing stored, nothing acknowledged",
        open: () =>
          new Child({
            command: python,
            arguments: [fileURLToPath(new URL("servers/gather.py", import.meta.url))],
          }),
      }
    : undefined;

/** Those that there are on this machine. */
export const present = (...subjects: readonly (Subject | undefined)[]): readonly Subject[] =>
  subjects.filter((subject) => subject !== undefined);
