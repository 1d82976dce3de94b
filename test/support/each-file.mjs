// Loaded before every test file.
import { enableCompileCache } from "node:module";

// Each file is a process of its own: what one has compiled, the others need not, nor what they start.
const { directory } = enableCompileCache();
if (directory) process.env["NODE_COMPILE_CACHE"] ??= directory;

// At its natural end Node 26 sometimes waits for its own handles forever, at full speed (seen in
// `Environment::CleanupHandles`, after all tests had passed; https://github.com/nodejs/node/issues/47748 was the like).
// Leaving at once, when everybody else has done what they do at the end, skips that.
process.once("beforeExit", () => {
  process.on("exit", (code) => process.exit(code));
});
