import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Hint } from "../core/hints.ts";
import type { Appends, Bus, Clock, Log } from "../core/ports.ts";
import { Listeners } from "./listeners.ts";
import { decodeHint, encodeHint } from "./nats-hints.ts";
import { decodeAppends, encodeAppends } from "./nats-payload.ts";

const connectMs = 2_000;
const retryMs = 500;
/** So long a bus that is closed waits for NATS to say that it has what was published. */
const farewellMs = 2_000;
/**
 * A connection that has not answered two of these by the third is given up, and made again: before a node that was heard
 * over it is taken for gone, which is 20 s after it fell silent at the soonest. [N5]
 */
const pingMs = 5_000;

export interface NatsBusOptions {
  /** `nats://` or, with TLS, `tls://`; with `user:password@` or `token@` before the host if it takes any. */
  readonly address: string;
  /** Tells those nodes that share a store from whoever else uses this NATS: letters and digits. */
  readonly scope: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The bus of several nodes, on core NATS: a subject for each room. Resolves once it was tried to connect; while NATS is
 * away, only this node is heard, and it is tried again, for ever.
 */
export async function openNatsBus(options: NatsBusOptions): Promise<Bus> {
  const bus = new NatsBus(options);
  await bus.connect();
  return bus;
}

class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #readers = new Listeners<[Appends, boolean]>();
  readonly #hearers = new Listeners<[Hint]>();
  readonly #watchers = new Listeners<[boolean]>();
  #connection: NatsConnection | undefined;
  #isHeard = false;
  #isClosed = false;
  /** Whether this user may not hear everything here: what is answered then says nothing. */
  #isRefused = false;
  /** Whether it was said already that NATS is away. */
  #isAwayKnown = false;
  /** Whether it was said already that NATS takes too little at once. */
  #isNarrowKnown = false;
  #cancelRetry = () => {};

  constructor(options: NatsBusOptions) {
    this.#options = options;
  }

  publish(appends: Appends): void {
    if (this.#isClosed) return;
    // First, since it leaves once the present microtasks are done: the others would wait for all writes of this node's turn.
    this.#others?.publish(`${this.#prefix}.${appends.room}`, encodeAppends(appends, this.#maxBytes));
    // This node needs no NATS to hear itself, and does not get its own back from it.
    this.#readers.tell(appends, true);
  }

  subscribe(listener: (appends: Appends, isOwn: boolean) => void): () => void {
    return this.#readers.add(listener);
  }

  tell(hint: Hint): void {
    if (this.#isClosed) return;
    this.#hearers.tell(hint);
    const connection = this.#others;
    if (!connection) return;
    const payload = encodeHint(hint);
    if (payload.length <= this.#maxBytes) return connection.publish(this.#hints, payload);
    if (!this.#isNarrowKnown) {
      const sizes = { bytes: payload.length, max_payload: this.#maxBytes };
      this.#options.log.warn(sizes, "NATS takes nothing so large: the other nodes are not told who is here");
    }
    this.#isNarrowKnown = true;
  }

  hear(listener: (hint: Hint) => void): () => void {
    return this.#hearers.add(listener);
  }

  watch(listener: (isHeard: boolean) => void): () => void {
    const stop = this.#watchers.add(listener);
    listener(this.#isHeard);
    return stop;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#readers.clear();
    this.#hearers.clear();
    this.#watchers.clear();
    this.#cancelRetry();
    if (this.#isHeard) await this.#flush();
    await this.#connection?.close();
  }

  /** What was published is on its way when this is answered, if anybody answers in time. */
  async #flush(): Promise<void> {
    const isLate = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(farewellMs, isLate.resolve);
    await Promise.race([this.#connection?.flush(), isLate.promise]).catch(() => {});
    cancel();
  }

  async connect(): Promise<void> {
    try {
      const connection = await connect(connectionOptions(this.#options.address));
      this.#connection = connection;
      this.#isRefused = false;
      if (this.#isClosed) return await connection.close();
      void connection.closed().then(() => this.#retry());
      connection.subscribe(`${this.#prefix}.*`, {
        callback: (error, message) => {
          if (error) return this.#refused(error);
          const appends = decodeAppends(message.data);
          if (appends) this.#readers.tell(appends, false);
        },
      });
      connection.subscribe(this.#hints, {
        callback: (error, message) => {
          if (error) return this.#refused(error);
          const hint = decodeHint(message.data);
          if (hint) this.#hearers.tell(hint);
        },
      });
      void this.#follow(connection);
      await this.#listen(connection);
    } catch (error) {
      if (!this.#connection) this.#retry();
      this.#sayAway(error);
    }
  }

  /** How the other nodes hear this one. Nobody waits for what they did not: they look into the store, once they hear again. */
  get #others(): NatsConnection | undefined {
    return this.#isHeard && !this.#connection?.isClosed() ? this.#connection : undefined;
  }

  /** The most that NATS takes at once. */
  get #maxBytes(): number {
    return this.#connection?.info?.max_payload ?? 1024 * 1024;
  }

  /** A room's name has none of the characters that mean something in a subject. */
  get #prefix(): string {
    return `parlance.${this.#options.scope}`;
  }

  /** Of more parts than a room's subject, so that no room is called like it. */
  get #hints(): string {
    return `${this.#prefix}.nodes.hints`;
  }

  /** This user may not subscribe here, which no new connection changes. */
  #refused(error: Error): void {
    this.#isRefused = true;
    this.#setHeard(false);
    this.#sayAway(error);
  }

  #retry(): void {
    this.#connection = undefined;
    this.#setHeard(false);
    if (this.#isClosed) return;
    this.#cancelRetry = this.#options.clock.after(retryMs, () => void this.connect());
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") {
        this.#setHeard(false);
        this.#sayAway(type);
      }
      if (type === "reconnect") await this.#listen(connection).catch((error: unknown) => this.#sayAway(error));
    }
  }

  /** An answer says that the subscription is known there: from now on nothing is missed. */
  async #listen(connection: NatsConnection): Promise<void> {
    await connection.flush();
    if (this.#isClosed || this.#isRefused) return;
    if (this.#isAwayKnown) this.#options.log.info({}, "NATS is back");
    this.#isAwayKnown = false;
    this.#setHeard(true);
  }

  #sayAway(error: unknown): void {
    if (this.#isAwayKnown || this.#isClosed) return;
    this.#isAwayKnown = true;
    const { host } = new URL(this.#options.address);
    this.#options.log.warn({ host, error: String(error) }, "NATS is away: other nodes are heard through the store");
  }

  #setHeard(isHeard: boolean): void {
    if (this.#isHeard === isHeard) return;
    this.#isHeard = isHeard;
    this.#watchers.tell(isHeard);
  }
}

function connectionOptions(address: string): NodeConnectionOptions {
  const { protocol, host, username, password } = new URL(address);
  const [name, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: host,
    name: "parlance",
    noEcho: true,
    timeout: connectMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
    pingInterval: pingMs,
    ...(name && (secret ? { user: name, pass: secret } : { token: name })),
    ...(protocol === "tls:" && { tls: {} }),
  };
}
