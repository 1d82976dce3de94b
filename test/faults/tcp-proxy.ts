import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as passing } from "node:timers/promises";
import type { Scope } from "./scope.ts";

/** What it is like to send through the proxy. */
export interface Weather {
  /** Milliseconds that every byte is on its way. */
  readonly latencyMs: number;
  /** 0 for as many as there are. */
  readonly bytesPerSecond: number;
  /** The most bytes of one write; 0 for as many as came. */
  readonly sliceBytes: number;
}

const fair: Weather = { latencyMs: 0, bytesPerSecond: 0, sliceBytes: 0 };
/** What may be on its way before the sender has to wait. */
const windowBytes = 256 * 1024;

/** Resolves at an event, whatever else may happen to the socket: `once` of Node rejects at an error. */
const heard = (socket: Socket, event: "close" | "drain") =>
  new Promise<void>((resolve) => socket.once(event, () => resolve()));

/** One direction of a connection. */
class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #line: Line;
  readonly #waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  #waitingBytes = 0;
  #pumping: Promise<void> | undefined;

  constructor(from: Socket, to: Socket, line: Line) {
    this.#from = from;
    this.#to = to;
    this.#line = line;
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", async () => {
      await this.#pumping;
      to.end();
    });
    from.on("close", async () => {
      // A side that has ended may be gone while what it said is still on its way.
      if (from.readableEnded) await this.#pumping;
      else line.end();
      to.destroySoon();
    });
  }

  #take(bytes: Buffer): void {
    this.#waiting.push({ bytes, due: performance.now() + this.#line.weather.latencyMs });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > windowBytes) this.#from.pause();
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    for (let next = this.#waiting.shift(); next && !this.#line.isOver; next = this.#waiting.shift()) {
      const leftMs = next.due - performance.now();
      if (leftMs > 0) await passing(leftMs);
      await this.#carry(next.bytes);
      this.#waitingBytes -= next.bytes.length;
      if (this.#waitingBytes <= windowBytes) this.#from.resume();
    }
    this.#pumping = undefined;
  }

  async #carry(bytes: Buffer): Promise<void> {
    const { sliceBytes, bytesPerSecond } = this.#line.weather;
    const step = sliceBytes || bytes.length;
    for (let at = 0; at < bytes.length && !this.#line.isOver; at += step) {
      await this.#line.flowing;
      const slice = this.#line.allow(bytes.subarray(at, at + step));
      if (slice.length === 0) return;
      const isRoom = this.#to.write(slice);
      this.#line.endIfSpent();
      if (!isRoom) await Promise.race([heard(this.#to, "drain"), this.#line.over]);
      if (bytesPerSecond) await passing((slice.length / bytesPerSecond) * 1000);
    }
  }
}

/** One client's connection, and the proxy's own to the server. */
class Line {
  readonly weather: Weather;
  /** Resolved while bytes flow. */
  flowing: Promise<void> = Promise.resolve();
  readonly over: Promise<void>;
  isOver = false;
  readonly #ends: readonly [Socket, Socket];
  readonly #end: () => void;
  #left = Number.POSITIVE_INFINITY;

  constructor(client: Socket, server: Socket, weather: Weather) {
    this.weather = weather;
    this.#ends = [client, server];
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#end = resolve;
    for (const socket of this.#ends) {
      socket.setNoDelay(true).on("error", () => this.reset());
    }
    void Promise.all(this.#ends.map((socket) => heard(socket, "close"))).then(() => this.end());
    new Pipe(client, server, this);
    new Pipe(server, client, this);
  }

  /** What of these bytes still passes. */
  allow(bytes: Buffer): Buffer {
    const passed = bytes.subarray(0, this.#left);
    this.#left -= passed.length;
    return passed;
  }

  /** Ends the line once everything that was allowed has been written. */
  endIfSpent(): void {
    if (this.#left > 0) return;
    this.end();
    for (const end of this.#ends) end.destroySoon();
  }

  /** Nothing is carried any more. */
  end(): void {
    this.isOver = true;
    this.#end();
  }

  cutAfter(bytes: number): void {
    this.#left = bytes;
  }

  /** The answer lets it flow again. */
  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Or until the line is over: whoever waits for it then finds that.
    this.flowing = Promise.race([promise, this.over]);
    return resolve;
  }

  reset(): void {
    this.end();
    for (const end of this.#ends) end.resetAndDestroy();
  }
}

/**
 * A bad line to a server: whatever is connected through it can be delayed, throttled, sliced, stalled, cut in
 * the middle of a frame, or reset. It knows nothing of what it carries.
 */
export class TcpProxy {
  /** What connections opened from now on are like. */
  weather: Weather = fair;
  readonly #lines = new Set<Line>();
  readonly #server: Server;
  #target: number;

  private constructor(target: string) {
    this.#target = Number(new URL(target).port);
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const server = connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true });
      const line = new Line(client, server, this.weather);
      this.#lines.add(line);
      void line.over.then(() => this.#lines.delete(line));
    });
  }

  static async start(scope: Scope, target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    scope.after(() => {
      proxy.reset();
      proxy.#server.close();
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#lines.size;
  }

  /** Leads new connections to the server at `url`. */
  aim(url: string): void {
    this.#target = Number(new URL(url).port);
  }

  /** Makes new connections fair again. */
  clear(): void {
    this.weather = fair;
  }

  /** Ends everything that is open as a crashed machine does: RST to both sides. */
  reset(): void {
    for (const line of this.#lines) line.reset();
  }

  /** Lets so many bytes more through on everything that is open, then ends it. */
  cutAfter(bytes: number): void {
    for (const line of this.#lines) line.cutAfter(bytes);
  }

  /**
   * Carries nothing more on what is open now, and does not end it: a cable pulled out. The answer carries it on, with what
   * was said meanwhile, also where whoever said it has gone.
   */
  stall(): () => void {
    const goOn = [...this.#lines].map((line) => line.stall());
    return () => {
      for (const flow of goOn) flow();
    };
  }
}
