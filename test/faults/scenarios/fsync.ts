import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { judge, type Scenario, settle, startTalk } from "../scenario.ts";

/** More than a start needs, and soon enough. */
const syncs = [40, 150] as const;

/** Runs a server whose disk fails, and goes on failing, after so many syncs. */
const failingAfter = (count: number): readonly string[] => [
  ...["strace", "-D", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"],
  ...["-e", `inject=fdatasync,fsync:error=EIO:when=${count}+`],
];

/** Why strace cannot be used here; `undefined` if it can. */
function whyNot(): string | undefined {
  const { error } = spawnSync("strace", ["-V"]);
  if (error) return "strace is not installed";
  const { status } = spawnSync("strace", ["-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync", "true"]);
  return status === 0 ? undefined : "strace may not trace here";
}

export const fsyncError: Scenario = {
  name: "fsync",
  fault: "fsync error (EIO, by strace)",
  rules: "[L3]",
  rounds: { full: 5, short: 1 },
  async run(rounds, scope) {
    const reason = whyNot();
    if (reason) return { skipped: reason };
    const { recorder, server, proxy, members } = await startTalk(scope, 10);
    const failing = () => server.start([], { prefix: failingAfter(randomInt(...syncs)) });
    const violations: string[] = [];
    let unknown = 0;
    for (let round = 1; round <= rounds; round++) {
      await server.kill();
      await failing();
      proxy.aim(server.url);
      const { code, signal } = await server.ended;
      const { sent, acknowledged } = recorder.counts;
      unknown += sent - acknowledged;
      if (!code) violations.push(`after its disk failed, the server ended with ${code ?? signal}`);
      const integrity = server.integrity();
      if (integrity !== "ok") violations.push(`after sync error ${round} the database is damaged: ${integrity}`);
      await server.start();
      proxy.aim(server.url);
    }
    violations.push(...(await settle(recorder, members)));
    const verdict = judge(recorder, await server.log());
    return {
      times: rounds,
      figures: { ...verdict.figures, "under way at an error, in all": unknown },
      violations: [...violations, ...verdict.violations],
    };
  },
};
