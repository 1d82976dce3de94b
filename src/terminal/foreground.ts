import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The process group of this process, and the one that has its terminal. */
function groups(): readonly [own: string | undefined, front: string | undefined] {
  try {
    // After the name, which may have anything in it: state, parent, group, session, terminal, group in front. proc(5)
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , own, , , front] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [own, front];
  } catch {
    const ps = spawnSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" });
    const [own, front] = (ps.stdout ?? "").trim().split(/\s+/);
    return [own, front];
  }
}

/**
 * Whether the shell has given its terminal to this process, rather than started it with `&`. One in the background
 * that takes the keyboard is stopped by the system. Where nobody can tell, it is taken to be in front.
 */
export function isInForeground(): boolean {
  const [own, front] = groups();
  return own === front || own === undefined || front === undefined;
}
