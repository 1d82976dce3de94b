import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "./machine.ts";

const cleanups = new Set<() => void>();
process.once("exit", () => {
  for (const cleanUp of cleanups) cleanUp();
});
// A signal alone would end the process without its `exit`.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Cleans up when it is disposed of, or at the process's end if that comes first. */
export function atTheEnd(cleanUp: () => void): Disposable {
  cleanups.add(cleanUp);
  return {
    [Symbol.dispose]() {
      if (cleanups.delete(cleanUp)) cleanUp();
    },
  };
}

/** A new folder on the measured disk, which goes with everything in it. */
export function temporaryFolder(name: string): Disposable & { readonly path: string } {
  mkdirSync(dataFolder, { recursive: true });
  const path = mkdtempSync(join(dataFolder, `${name}-`));
  return { path, ...atTheEnd(() => rmSync(path, { recursive: true, force: true })) };
}
