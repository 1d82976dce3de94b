import { execFileSync, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "../recorder.ts";
import { judge, type Scenario, sdkMembers, settle, spread } from "../scenario.ts";
import type { Scope } from "../scope.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { TcpProxy } from "../tcp-proxy.ts";

const diskBytes = 8 * 1024 * 1024;

/** A disk of its own that is easily filled: a tmpfs, which only root may mount. */
function smallDisk(scope: Scope): string | undefined {
  if (process.platform !== "linux") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "parlance-disk-"));
  const isMounted =
    spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "parlance-fault", folder]).status === 0;
  scope.after(() => {
    if (isMounted) execFileSync("umount", [folder]);
    rmdirSync(folder);
  });
  return isMounted ? folder : undefined;
}

/** Takes all the room that there is. */
function fill(ballast: string): void {
  for (let bytes = diskBytes; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      writeFileSync(ballast, Buffer.alloc(bytes), { flag: "a" });
    } catch {
      // It has taken what it could: the next one is smaller.
    }
  }
}

/** What becomes of one message posted over HTTP. */
async function post(url: string): Promise<number> {
  const answer = await fetch(`${url}/rooms/elsewhere/messages`, { method: "POST", body: "x".repeat(4_000) });
  await answer.text();
  return answer.status;
}

export const diskFull: Scenario = {
  name: "disk",
  fault: "disk full (a small tmpfs)",
  rules: "[L3]",
  rounds: { full: 5, short: 1 },
  async run(rounds, scope) {
    const disk = smallDisk(scope);
    if (!disk) return { skipped: "a small disk can only be mounted by root on Linux" };
    const recorder = new Recorder();
    const server = new ServerUnderTest(scope, join(disk, "data"));
    await server.start();
    const proxy = await TcpProxy.start(scope, server.url);
    // Only the SDK: whoever sends on after an `unavailable` has no order to hope for.
    const members = sdkMembers(scope, recorder, proxy.url);
    for (const member of members) member.talk(2);
    const ballast = join(disk, "ballast");
    const violations: string[] = [];
    const resumedMs: number[] = [];
    let refused = 0;
    for (let round = 1; round <= rounds; round++) {
      const goal = recorder.counts.acknowledged + randomInt(50, 200);
      await recorder.until(() => recorder.counts.acknowledged >= goal);
      fill(ballast);
      // What the log still has room for, it takes.
      let status = 201;
      while (status === 201) status = await post(server.url);
      if (status !== 503) violations.push(`a message for a full disk was answered by ${status}`);
      else refused++;
      const during = recorder.counts.acknowledged;
      const { messages } = await server.log();
      if (messages.length < during)
        violations.push(`reading a full disk gave ${messages.length} of ${during} messages`);
      rmSync(ballast);
      const began = performance.now();
      const goOn = recorder.counts.acknowledged + 20;
      if (!(await recorder.until(() => recorder.counts.acknowledged >= goOn))) {
        violations.push("there is room again, and nothing is stored");
      }
      resumedMs.push(performance.now() - began);
    }
    violations.push(...(await settle(recorder, members)));
    const verdict = judge(recorder, await server.log());
    return {
      times: rounds,
      figures: { ...verdict.figures, "refused as unavailable": refused, "writing again": spread(resumedMs) },
      violations: [...violations, ...verdict.violations],
    };
  },
};
