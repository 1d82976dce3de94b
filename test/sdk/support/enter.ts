import type { TestContext } from "node:test";
import type { ConnectOptions } from "../../../src/sdk/index.ts";
import { Recorder } from "./recorder.ts";
import { messageAt, type ScriptedLine, startScriptedServer } from "./scripted-server.ts";
import { become, connectInSetTime } from "./set-time.ts";

/** A client in the room `general`, which has so many messages, on its first line. */
export async function enter(t: TestContext, messages: number, options: ConnectOptions = {}) {
  const server = await startScriptedServer(t);
  const { client, time } = connectInSetTime(t, server.url, options);
  const room = client.join("general");
  const recorder = new Recorder(room);
  const line = await server.accept();
  const page = { messages: Array.from({ length: messages }, (_, index) => messageAt(index + 1)) };
  const [join] = await Promise.all([line.admit({}, page), recorder.reset()]);

  /** Breaks the line; the next one, greeted. */
  async function comeBack(present: ScriptedLine, code?: number): Promise<ScriptedLine> {
    if (code === undefined) present.cut();
    else present.close(code);
    await become(client, "waiting");
    client.retryNow();
    const back = await server.accept();
    await back.next("hello");
    back.welcome();
    return back;
  }

  return { server, client, time, room, recorder, line, join, comeBack };
}
