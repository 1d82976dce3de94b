import { once } from "node:events";
import { WebSocket } from "ws";
import { socketOf } from "../members.ts";
import { Recorder } from "../recorder.ts";
import { judge, type Scenario, sdkMembers, settle, spread } from "../scenario.ts";
import type { Scope } from "../scope.ts";
import { ServerUnderTest } from "../server-under-test.ts";

/** Connections at once: 5,000 in full, fewer in the short form. */
const crowdOf = (rounds: number) => (rounds > 1 ? 5_000 : 300);
/** Messages that are said while nobody of the crowd is there. */
const saidMeanwhile = 40;

type Frame =
  | { readonly type: "joined"; readonly epoch: string; readonly head: number; readonly recovered: boolean }
  | { readonly type: "message"; readonly seq: number; readonly id: string }
  | { readonly type: "history"; readonly messages: readonly { readonly seq: number; readonly id: string }[] };

/** One of many: joins, reads, and comes back from where it was. It is kept as light as can be. */
class Head {
  readonly #recorder: Recorder;
  readonly #name: string;
  #socket: WebSocket | undefined;
  #position: { epoch: string; seq: number; id?: string } | undefined;

  constructor(recorder: Recorder, name: string) {
    this.#recorder = recorder;
    this.#name = name;
  }

  /** Resolves when it has joined; rejects if it is not let in. */
  async come(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/ws`, { perMessageDeflate: false });
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on("error", reject).on("close", (code) => reject(new Error(`closed with ${code}`)));
    socket.on("message", (data) => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.type === "message") {
        if (this.#position) this.#position = { ...this.#position, seq: frame.seq, id: frame.id };
        this.#recorder.reads(this.#name, frame);
      } else if (frame.type === "joined") {
        if (!frame.recovered) this.#position = { epoch: frame.epoch, seq: frame.head };
        else resolve();
      } else if (frame.type === "history" && this.#position) {
        const { epoch, seq: head } = this.#position;
        this.#recorder.begins(this.#name, frame.messages, { epoch, head });
        resolve();
      }
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "join", ...(this.#position && { since: this.#position }) }));
    await promise;
  }

  /** Ends as a phone in a tunnel does. */
  vanish(): void {
    if (this.#socket) socketOf(this.#socket).resetAndDestroy();
  }
}

async function gather(scope: Scope, recorder: Recorder, url: string, count: number): Promise<readonly Head[]> {
  const heads = Array.from({ length: count }, (_, index) => new Head(recorder, `head ${index}`));
  scope.after(() => {
    for (const head of heads) head.vanish();
  });
  await Promise.all(heads.map((head) => head.come(url)));
  return heads;
}

export const crowd: Scenario = {
  name: "crowd",
  fault: "5,000 connections at once, then all reconnecting",
  rules: "[B1] [R2] [R4]",
  rounds: { full: 3, short: 1 },
  async run(rounds, scope) {
    const recorder = new Recorder();
    const server = new ServerUnderTest(scope);
    await server.start();
    const { url } = server;
    const speakers = sdkMembers(scope, recorder, url);
    const count = crowdOf(rounds);
    const began = performance.now();
    const heads = await gather(scope, recorder, url, count);
    const cameMs = performance.now() - began;
    const backMs: number[] = [];
    const violations: string[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const speaker of speakers) speaker.talk(1);
      const goal = recorder.counts.acknowledged + saidMeanwhile;
      for (const head of heads) head.vanish();
      if (!(await recorder.until(() => recorder.counts.acknowledged >= goal))) violations.push("nobody could speak");
      for (const speaker of speakers) speaker.hush();
      const left = performance.now();
      await Promise.all(heads.map((head) => head.come(url)));
      violations.push(...(await settle(recorder, speakers)));
      backMs.push(performance.now() - left);
    }
    const verdict = judge(recorder, await server.log());
    return {
      times: rounds,
      figures: {
        ...verdict.figures,
        connections: count,
        "all there": spread([cameMs]),
        "all back, nothing missing": spread(backMs),
        "memory in MiB": Math.round(server.memory() ?? Number.NaN),
      },
      violations: [...violations, ...verdict.violations],
    };
  },
};
