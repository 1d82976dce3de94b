import { randomFillSync } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as passing } from "node:timers/promises";
import type { WebSocket } from "ws";
import { newMessageId } from "../../src/protocol/ids.ts";
import type { ServerFrame } from "../../src/protocol/server-frames.ts";
import { connectIn } from "../../src/sdk/connect.ts";
import { realSurroundings } from "../../src/sdk/surroundings.ts";
import type { Client, Room } from "../../src/sdk/types.ts";
import { RawClient } from "../support/client.ts";
import type { Recorder } from "./recorder.ts";
import { OwnScope, type Scope } from "./scope.ts";

/** Somebody who talks and reads, comes back after every break, and has everything noted. */
export interface Member {
  readonly name: string;
  /** Keeps so many messages under way, a new one `thinkMs` after each that is acknowledged, until {@link hush}. */
  talk(underWay: number, thinkMs?: number): void;
  hush(): void;
}

/** Shows everything that a client reads, until its line ends. */
export async function readAll(client: RawClient, look: (frame: ServerFrame) => void): Promise<void> {
  try {
    for (;;) look(await client.take());
  } catch {
    // The line has ended.
  }
}

/** The socket under a WebSocket: `ws` keeps it to itself. */
export const socketOf = (socket: WebSocket): Socket => (socket as unknown as { readonly _socket: Socket })._socket;

/** What every script and direction has to go through unharmed. */
const words = ["ขอบคุณ", "дякую", "спасибо", "👩‍👩‍👧", "שלום", "thanks"];
const textOf = (name: string, n: number) => `${name} ${n} ${words[n % words.length]}`;

/**
 * How many times as fast as a user's the SDK's time runs here: what it does after 30 s of silence is seen
 * within 1.5 s, and a hundred breaks do not wait 30 s each for the next attempt. [K1] [K3]
 */
const haste = 20;
const hastySurroundings: typeof realSurroundings = {
  ...realSurroundings,
  after: (ms, callback) => realSurroundings.after(ms / haste, callback),
};

/** How many messages a member keeps under way. */
class Talk {
  readonly #say: () => void;
  #wanted = 0;
  #thinkMs = 0;
  /** Under way, or thought of. */
  #taken = 0;

  constructor(say: () => void) {
    this.#say = say;
  }

  begin(underWay: number, thinkMs = 0): void {
    this.#wanted = underWay;
    this.#thinkMs = thinkMs;
    this.fill();
  }

  end(): void {
    this.#wanted = 0;
  }

  /** One of them was acknowledged. */
  goOn(): void {
    const free = () => {
      this.#taken--;
      this.fill();
    };
    if (this.#thinkMs === 0) free();
    else setTimeout(free, this.#thinkMs).unref();
  }

  fill(): void {
    while (this.#taken < this.#wanted) {
      this.#taken++;
      this.#say();
    }
  }
}

/** A member by the project's own SDK. */
export class SdkMember implements Member {
  readonly name: string;
  readonly #room: Room;
  readonly #talk = new Talk(() => this.#room.send(textOf(this.name, ++this.#n)));
  #n = 0;

  constructor(scope: Scope, recorder: Recorder, { url, name }: { readonly url: string; readonly name: string }) {
    this.name = name;
    const client: Client = connectIn(hastySurroundings, url);
    scope.after(() => {
      this.hush();
      client.close();
    });
    this.#room = client.join("general");
    this.#room.on("reset", ({ messages, more }) => {
      // No page and nothing before it: the log was empty.
      recorder.begins(name, messages, messages.length === 0 && !more ? { head: 0 } : {});
    });
    this.#room.on("message", (message) => recorder.reads(name, message));
    this.#room.on("outgoing", ({ message, state }) => {
      if (message.type !== "message") return;
      if (state.at === "sending") return recorder.sends(name, message);
      if (state.at === "refused") throw new Error(`refused: ${state.code}`);
      recorder.acknowledges(message.id, { seq: state.seq });
      this.#talk.goOn();
    });
  }

  talk(underWay: number, thinkMs?: number): void {
    this.#talk.begin(underWay, thinkMs);
  }

  hush(): void {
    this.#talk.end();
  }
}

/** How long a member by hand waits before it tries again. */
const retryMs = 30;
/** How long it hears nothing before it gives its line up. */
const patienceMs = 1_500;

/** A member by hand, from nothing but the specification: native frames, many of them under way at once. */
export class HandMember implements Member {
  readonly name: string;
  readonly #recorder: Recorder;
  readonly #url: string;
  /** Sent and not acknowledged, in order: to be sent again first of all on the next line. [S1] */
  readonly #unsettled = new Map<string, string>();
  readonly #talk = new Talk(() => this.#say());
  #line: RawClient | undefined;
  #position: { epoch: string; seq: number; id?: string } | undefined;
  #n = 0;
  #isOver = false;

  constructor(scope: Scope, recorder: Recorder, { url, name }: { readonly url: string; readonly name: string }) {
    this.name = name;
    this.#recorder = recorder;
    this.#url = url;
    scope.after(() => {
      this.#isOver = true;
      this.hush();
      this.#line?.socket.terminate();
    });
    void this.#come();
  }

  talk(underWay: number, thinkMs?: number): void {
    this.#talk.begin(underWay, thinkMs);
  }

  hush(): void {
    this.#talk.end();
  }

  async #come(): Promise<void> {
    while (!this.#isOver) {
      await using scope = new OwnScope();
      try {
        await this.#visit(await RawClient.connect(scope, this.#url));
      } catch {
        // The line broke, or there was none to be had.
      }
      this.#line = undefined;
      await passing(retryMs);
    }
  }

  /** One line, from its join to its end. */
  async #visit(client: RawClient): Promise<never> {
    const watch = setTimeout(() => client.socket.terminate(), patienceMs);
    client.socket.on("message", () => watch.refresh()).on("close", () => clearTimeout(watch));
    client.send({ type: "join", ...(this.#position && { since: this.#position }) });
    const { epoch, head, recovered } = await client.next("joined");
    if (!recovered) {
      const { messages } = await client.next("history");
      this.#position = { epoch, seq: head };
      this.#recorder.begins(this.name, messages, { epoch, head });
    }
    this.#line = client;
    for (const [id, text] of this.#unsettled) client.send({ type: "message", id, text });
    for (;;) {
      const frame = await client.take();
      if (frame.type === "message") {
        this.#position = { epoch, seq: frame.seq, id: frame.id };
        this.#recorder.reads(this.name, frame);
      }
      if (frame.type === "ack" && this.#unsettled.delete(frame.id)) {
        this.#recorder.acknowledges(frame.id, frame);
        this.#talk.goOn();
      }
      if (frame.type === "error") throw new Error(`refused: ${frame.code}`);
    }
  }

  /** Without a line it is sent first of all on the next one. */
  #say(): void {
    const message = { id: newMessageId(randomFillSync), text: textOf(this.name, ++this.#n) };
    this.#unsettled.set(message.id, message.text);
    this.#recorder.sends(this.name, message);
    this.#line?.send({ type: "message", ...message });
  }
}
