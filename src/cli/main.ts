#!/usr/bin/env node

const leastNode = [24, 11] as const;
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

// Nothing else is imported before this is known: what follows may not even parse on an older Node.
if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
  process.stderr.write(
    `❌ Parlance needs Node ${leastNode.join(".")} or later; this is Node ${process.versions.node}. See https://nodejs.org\n`,
  );
  process.exitCode = 1;
} else {
  const { enableCompileCache } = await import("node:module");
  const { isAbsolute, join } = await import("node:path");
  const { XDG_CACHE_HOME: cache = "", HOME: home = "" } = process.env;
  // Not one that depends on where one stands. https://specifications.freedesktop.org/basedir/latest/
  const caches = [cache, join(home, ".cache")].find((path) => isAbsolute(path));
  // The next start need not compile it all again, nor does the store's thread, which looks into the environment. Not
  // among the system's temporary files, where anybody may lay down code beforehand that would be run as whoever starts
  // this.
  if (!process.env["NODE_COMPILE_CACHE"] && caches) {
    const folder = join(caches, "parlance");
    enableCompileCache(folder);
    process.env["NODE_COMPILE_CACHE"] = folder;
  }
  const { runProgram } = await import("./program.ts");
  await runProgram(process.argv.slice(2));
}

export {};
