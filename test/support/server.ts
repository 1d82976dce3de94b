import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Log } from "../../src/core/ports.ts";
import { readConfig } from "../../src/ops/config.ts";
import { type Config, type Observer, type RunningServer, startServer } from "../../src/server/index.ts";

/** A new folder that goes when the test ends. */
export function temporaryFolder(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log that is kept, for tests that read it. */
export function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, text: string) => void lines.push(`${text} ${JSON.stringify(fields)}`);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

/** The default configuration on a free port, for clients as fast as they can be, with what a test wants otherwise. */
export function testConfig(data: string, changes: Partial<Config> = {}): Config {
  const parsed = readConfig(
    { ports: ["0"], tcpPort: ["none"], tcpEchoPort: ["none"], sendRate: ["0"], data: [data] },
    {},
  );
  if (!parsed.ok) throw new Error(parsed.message);
  return { ...parsed.value, ...changes };
}

/** A real server on a free port with a database of its own; it stops when the test ends. */
export async function startTestServer(
  t: Pick<TestContext, "after">,
  changes: Partial<Config> = {},
  observer?: Observer,
): Promise<RunningServer & { readonly url: string; readonly data: string; readonly log: ReturnType<typeof keptLog> }> {
  const data = changes.data ?? temporaryFolder(t);
  const log = keptLog();
  const server = await startServer(testConfig(data, changes), { log, ...(observer && { observer }) });
  t.after(() => server.stop());
  const [url = ""] = server.urls;
  return Object.assign(server, { url, data, log });
}
