import { existsSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Recorder } from "../recorder.ts";
import { company, judge, type Scenario, settle, spread } from "../scenario.ts";
import { ServerUnderTest, scratchFolder } from "../server-under-test.ts";

const hourMs = 3_600_000;
const shifts = [
  { words: "-2h", ms: -2 * hourMs },
  { words: "+1d", ms: 24 * hourMs },
  { words: "+0", ms: 0 },
] as const;
/** How far a message's time may be from the shifted clock: it was on its way. */
const toleranceMs = 60_000;
const waitSeconds = 1;

/** Where Debian's package puts the library, and where others do. */
const library = (): string | undefined =>
  globSync("/usr/lib{,64,/*}/faketime/libfaketimeMT.so.1").find((file) => existsSync(file));

/** The time that the server gives a message now. */
async function timeOf(url: string): Promise<number> {
  const answer = await fetch(`${url}/rooms/elsewhere/messages`, { method: "POST", body: "сколько времени?" });
  return Date.parse(((await answer.json()) as { ts: string }).ts);
}

export const clockShift: Scenario = {
  name: "clock",
  fault: "clock −2 h, +1 day, and back (by libfaketime)",
  rules: "[L1] [S2]",
  rounds: { full: 5, short: 1 },
  async run(rounds, scope) {
    const preload = library();
    if (!preload) return { skipped: "libfaketime is not installed" };
    const clock = join(scratchFolder(scope), "clock");
    writeFileSync(clock, "+0\n");
    const recorder = new Recorder();
    const server = new ServerUnderTest(scope);
    await server.start([], {
      environment: {
        LD_PRELOAD: preload,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        // A clock that is set leaves the monotonic one alone.
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    });
    await fetch(`${server.url}/rooms/quiet`, { method: "POST" });
    const members = company(scope, recorder, server.url);
    for (const member of members) member.talk(2);
    const violations: string[] = [];
    const waitedMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const { words, ms: shiftMs } of shifts) {
        const began = performance.now();
        const waiting = fetch(`${server.url}/rooms/quiet/messages?after=0&wait=${waitSeconds}`);
        writeFileSync(clock, `${words}\n`);
        const goal = recorder.counts.acknowledged + 20;
        if (!(await recorder.until(() => recorder.counts.acknowledged >= goal))) {
          violations.push(`at ${words}, nothing is stored`);
        }
        const ts = await timeOf(server.url);
        if (Math.abs(ts - Date.now() - shiftMs) > toleranceMs)
          violations.push(`at ${words}, the server's clock was not shifted`);
        await (await waiting).text();
        const ms = performance.now() - began;
        waitedMs.push(ms);
        if (ms < waitSeconds * 1000 || ms > waitSeconds * 3000)
          violations.push(`at ${words}, a wait of 1 s took ${ms} ms`);
      }
    }
    violations.push(...(await settle(recorder, members)));
    const verdict = judge(recorder, await server.log());
    return {
      times: rounds * shifts.length,
      figures: { ...verdict.figures, "a wait of 1 s": spread(waitedMs) },
      violations: [...violations, ...verdict.violations],
    };
  },
};
