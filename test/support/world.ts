import { randomFillSync } from "node:crypto";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { heedAccounts, watchAccounts } from "../../src/core/account-watch.ts";
import { Accounts } from "../../src/core/accounts.ts";
import { gatherMs } from "../../src/core/audience.ts";
import type { NodeId } from "../../src/core/hints.ts";
import { Hub } from "../../src/core/hub.ts";
import { Identity, type Passphrases } from "../../src/core/identity.ts";
import type { NameRegister } from "../../src/core/name-register.ts";
import type { Bus, Connection, Format, PersonalFrame, Store } from "../../src/core/ports.ts";
import type { Session } from "../../src/core/session.ts";
import type { ClientFrameInput } from "../../src/protocol/client-frames.ts";
import { parseClientFrame } from "../../src/protocol/client-frames.ts";
import { accepted, type CloseReason } from "../../src/protocol/codes.ts";
import { defaultLimits, type Limits } from "../../src/protocol/limits.ts";
import {
  parseServerFrame,
  type ServerFrame,
  type ServerFrameOf,
  type ServerFrameType,
} from "../../src/protocol/server-frames.ts";
import { createTokens } from "../../src/server/tokens.ts";
import { FakeClock } from "./fake-clock.ts";
import { MemoryStore } from "./memory-store.ts";
import { keptLog } from "./server.ts";
import { uncounted } from "./uncounted.ts";

const asLine = (frame: object) => Buffer.from(`${JSON.stringify(frame)}\n`);
const format: Format = { encode: asLine };

interface GuestOptions {
  /** Where it comes from; this machine if nothing is said. */
  readonly address?: string;
  readonly acknowledges?: boolean;
}

/** A client without a socket: a line into the core, and everything that came out of it. */
export class Guest implements Connection {
  readonly format = format;
  readonly gateway = "native";
  readonly session: Session;
  /** Everything read, in order. */
  readonly frames: ServerFrame[] = [];
  closed: CloseReason | undefined;
  isPaused = false;
  readonly address: string | undefined;
  readonly acknowledges: boolean;
  isBehind = false;
  /** Set by a test whose reader is slow: what {@link writePage} waits for. */
  drain: () => Promise<void> = async () => {};

  constructor(hub: Hub, { address, acknowledges = true }: GuestOptions = {}) {
    this.address = address;
    this.acknowledges = acknowledges;
    this.session = hub.connect(this);
  }

  encode(frame: PersonalFrame): Uint8Array {
    if (frame.type !== "error") return asLine(frame);
    const { error, type, ...marks } = frame;
    const { code, suggestion, retryAfterMs } = error;
    const more = {
      ...(suggestion && { suggestion }),
      ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    };
    return asLine({ type, code, message: code, ...marks, ...more });
  }

  write(bytes: Uint8Array): void {
    for (const line of Buffer.from(bytes).toString().trimEnd().split("\n")) {
      const frame = parseServerFrame(line);
      if (!frame) throw new Error(`not a frame: ${line}`);
      this.frames.push(frame);
    }
  }

  writeSoon(bytes: Uint8Array): void {
    this.write(bytes);
  }

  writePage(bytes: Uint8Array): Promise<void> {
    this.write(bytes);
    return this.drain();
  }

  setLanguage(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(reason: CloseReason): void {
    this.closed ??= reason;
    this.session.end({ left: false });
  }

  /** Sends a frame as a client would write it. */
  send(frame: ClientFrameInput): void {
    const parsed = parseClientFrame(JSON.stringify(frame));
    if (parsed.ok) this.session.handle(parsed.value);
    else this.session.refuseFrame(parsed.error, parsed);
  }

  /** What was read of one type. */
  all<T extends ServerFrameType>(type: T): ServerFrameOf<T>[] {
    return this.frames.filter((frame): frame is ServerFrameOf<T> & ServerFrame => frame.type === type);
  }

  /** What was read last of one type. */
  last<T extends ServerFrameType>(type: T): ServerFrameOf<T> {
    const frame = this.all(type).at(-1);
    if (!frame) throw new Error(`no ${type} among ${JSON.stringify(this.frames)}`);
    return frame;
  }

  /** What was read since the last call, shortly; but for `heads`, which come with time alone. */
  news(): string[] {
    const frames = this.frames.splice(0).filter(({ type }) => type !== "heads");
    return frames.map((frame) => {
      switch (frame.type) {
        case "user_joined":
          return `+${frame.user.name} ${frame.count}`;
        case "user_left":
          return `-${frame.user.name} ${frame.count}`;
        case "user_renamed":
          return `${frame.was}=${frame.user.name}`;
        case "typing":
          return `${frame.user.name} ${frame.active ? "types" : "rests"}`;
        case "message":
          return `${frame.user.name}: ${frame.text}`;
        case "presence":
          return `${frame.count} here`;
        case "members":
          return `here: ${frame.members.map(({ name }) => name).join(", ")}`;
        case "error":
          return `! ${frame.code}`;
        default:
          return frame.type;
      }
    });
  }

  /** The line breaks. */
  cut(): void {
    this.session.end({ left: false });
  }

  /** The client takes its leave. */
  leave(): void {
    this.session.end({ left: true });
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Passphrases as they are: what makes them dear is the server's. */
const uncheckedPassphrases: Passphrases = {
  proofOf: async (passphrase) => accepted(passphrase),
  matches: async (passphrase, proof) => accepted(passphrase === proof),
};

/** A hub with a store, a bus and a clock that the test holds in its hands, and no server around it. */
export class World {
  readonly clock: FakeClock;
  readonly log = keptLog();
  readonly bus: Bus;
  readonly hub: Hub;
  #pending = 0;

  constructor({
    store = new MemoryStore(),
    bus = createMemoryBus(),
    clock = new FakeClock(),
    key = randomFillSync(new Uint8Array(32)),
    limits = {},
    looksElsewhere = false,
    node,
    names,
  }: {
    store?: Store;
    bus?: Bus;
    clock?: FakeClock;
    key?: Uint8Array;
    limits?: Partial<Limits>;
    looksElsewhere?: boolean;
    /** One of several nodes; `names` is what they share. */
    node?: NodeId;
    names?: NameRegister;
  } = {}) {
    this.clock = clock;
    this.bus = bus;
    const counted = this.#counting(store, names);
    const accounts = new Accounts(counted.accounts, () => bus.tell({ type: "accounts" }));
    const tokens = createTokens({ key, clock, isEnded: (session) => accounts.isEnded(session) });
    const randomBytes = randomFillSync;
    const passphrases = uncheckedPassphrases;
    const identity = new Identity({ store: counted.accounts, accounts, passphrases, tokens, clock, randomBytes });
    this.hub = new Hub({
      store: counted,
      bus,
      clock,
      log: this.log,
      metrics: uncounted,
      tokens,
      identity,
      randomBytes,
      limits: { ...defaultLimits, sendRate: 0, frameRate: 0, ...limits },
      server: { name: "Parlance", version: "0.0.0" },
      reservedNames: ["server", "сервер", "เซิร์ฟเวอร์"],
      node,
    });
    heedAccounts(this.hub);
    if (looksElsewhere) watchAccounts(accounts, { bus, clock, log: this.log });
    // What was written down before is read as a server reads it at its start.
    this.#counted(accounts.refresh()).catch(() => {});
  }

  connect(options?: GuestOptions): Guest {
    return new Guest(this.hub, options);
  }

  /** Somebody comes in, and everything about it is done. */
  async join(join: Omit<ClientFrameInput & { type: "join" }, "type"> = {}, options?: GuestOptions): Promise<Guest> {
    const guest = this.connect(options);
    guest.send({ type: "join", ...join });
    await this.quiet();
    return guest;
  }

  /** Resolves when nothing is under way: the store has answered everything, and every room has written. */
  async quiet(): Promise<void> {
    do await turn();
    while (this.#pending > 0);
    await turn();
    this.clock.advance(gatherMs);
    await turn();
    if (this.#pending > 0) await this.quiet();
  }

  async #counted<T>(underWay: Promise<T>): Promise<T> {
    this.#pending++;
    try {
      return await underWay;
    } finally {
      this.#pending--;
    }
  }

  #counting(store: Store, names: NameRegister | undefined): Store {
    const count =
      <A extends unknown[], T>(ask: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        this.#counted(ask(...args));
    return {
      openRoom: count(store.openRoom.bind(store)),
      findRoom: count(store.findRoom.bind(store)),
      heads: count(store.heads.bind(store)),
      rooms: () => store.rooms(),
      append: count(store.append.bind(store)),
      read: count(store.read.bind(store)),
      search: count(store.search.bind(store)),
      tokenKey: count(store.tokenKey.bind(store)),
      accounts: Object.fromEntries(
        Object.entries(store.accounts).map(([name, ask]: [string, (...args: never[]) => Promise<unknown>]) => [
          name,
          (...args: never[]) => this.#counted(ask(...args)),
        ]),
      ) as unknown as Store["accounts"],
      ...(names && {
        names: {
          renew: count(names.renew.bind(names)),
          claim: count(names.claim.bind(names)),
          release: count(names.release.bind(names)),
          taken: count(names.taken.bind(names)),
          part: count(names.part.bind(names)),
        },
      }),
      directory: {
        list: count(store.directory.list),
        readStates: count(store.directory.readStates),
        markRead: count(store.directory.markRead),
        nameDirect: count(store.directory.nameDirect),
      },
      failed: store.failed,
      close: count(store.close.bind(store)),
    };
  }
}
