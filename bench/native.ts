import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import type { Crowd, LoadDuties, Pace } from "./load.ts";
import { dataFolder } from "./machine.ts";
import type { Entrance } from "./servers/subject.ts";
import { words } from "./words.ts";

const native = fileURLToPath(new URL("native/", import.meta.url));

const sources = {
  load: ["load.c", "member.c", "audit.c", "process.c"],
  floor: ["floor.c", "process.c"],
};

/** The compiled program; `undefined` where there is no C compiler, or no epoll. Compiled once for each state of its source. */
export function compiled(program: keyof typeof sources): string | undefined {
  if (process.platform !== "linux") return undefined;
  const hash = createHash("sha256");
  for (const file of readdirSync(native).sort()) hash.update(readFileSync(native + file));
  mkdirSync(dataFolder, { recursive: true });
  const file = `${program}-${hash.digest("hex").slice(0, 16)}`;
  const path = dataFolder + file;
  if (existsSync(path)) return path;
  for (const older of readdirSync(dataFolder)) if (older.startsWith(`${program}-`)) rmSync(dataFolder + older);
  try {
    execFileSync(process.env["CC"] ?? "cc", ["-O2", "-o", path, ...sources[program].map((file) => native + file)], {
      stdio: "inherit",
    });
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What the load is, for who reads its figures. */
export const loadIs = compiled("load")
  ? "a load in C on one epoll, looked at every 0.25 ms where nothing has come"
  : "a load on Node's sockets, for want of a C compiler: slower, so that what a server can do at the most is more";

/** A load of its own process. */
export function openLoad(): Child<LoadDuties> {
  const command = compiled("load");
  return command === undefined ? new Child("./load.ts") : new Child({ command, arguments: [words], line: asLine });
}

/** A question to the load as `native/load.c` reads it. */
function asLine(duty: string, input: readonly unknown[]): string {
  if (duty === "enter") {
    const [entrance, { members, rooms, atATime }] = input as [Entrance, Crowd];
    const { way, port, path, join, says, readsOwn } = entrance;
    return [duty, way, port, path, join?.frame, join?.answeredBy, says, readsOwn, members, rooms, atATime].join("\t");
  }
  if (duty === "run") {
    const [pace, seconds] = input as [Pace, number];
    return [duty, pace.kind, pace.kind === "open" ? pace.rate : pace.outstanding, seconds].join("\t");
  }
  return duty;
}
