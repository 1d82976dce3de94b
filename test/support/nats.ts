import { join } from "node:path";
import { after, before } from "node:test";
import { nats as natsProgram } from "../../scripts/servers.mjs";
import { freePort, Running } from "./programs.ts";

/** A nats-server of a test's own, on a free port, so that it can be killed. */
export class TestNats {
  readonly #port: number;
  readonly #words: readonly string[];
  #running: Running | undefined;

  private constructor(port: number, words: readonly string[]) {
    this.#port = port;
    this.#words = words;
  }

  static async start(words: readonly string[] = []): Promise<TestNats> {
    const nats = new TestNats(await freePort(), words);
    await nats.start();
    return nats;
  }

  /** Where it is. */
  get address(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const words = ["--addr", "127.0.0.1", "--port", String(this.#port), ...this.#words];
    this.#running = await Running.start(join(natsProgram.folder ?? "", "nats-server"), words, {
      ready: /Server is ready/,
    });
  }

  async kill(): Promise<void> {
    await this.#running?.end("SIGKILL");
    this.#running = undefined;
  }
}

/** One nats-server for a file of tests, ended after the last of them. */
export function useNats(): () => TestNats {
  let nats: TestNats | undefined;
  before(async () => {
    nats = await TestNats.start();
  });
  after(() => nats?.kill());
  return () => {
    if (!nats) throw new Error("NATS is not up");
    return nats;
  };
}
