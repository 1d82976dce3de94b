import { randomFillSync } from "node:crypto";
import { createMemoryBus } from "../../src/bus/memory.ts";
import { heedAccounts, watchAccounts } from "../../src/core/account-watch.ts";
import { Accounts } from "../../src/core/accounts.ts";
import { gatherMs } from "../../src/core/audience.ts";
import type { NodeId } from "../../src/core/hints.ts";
import { Hub } from "../../src/core/hub.ts";
import { Identity, type Passphrases } from "../../src/core/identity.ts";
import type { NameRegister } from "../../src/core/name-register.ts";
import type { Bus, Store } from "../../src/core/ports.ts";
import type { ClientFrameInput } from "../../src/protocol/client-frames.ts";
import { accepted } from "../../src/protocol/codes.ts";
import { defaultLimits, type Limits } from "../../src/protocol/limits.ts";
import { readBannedAddresses } from "../../src/server/banned-addresses.ts";
import { createTokens } from "../../src/server/tokens.ts";
import { FakeClock } from "./fake-clock.ts";
import { Guest, type GuestOptions } from "./guest.ts";
import { MemoryStore } from "./memory-store.ts";
import { keptLog } from "./server.ts";
import { uncounted } from "./uncounted.ts";

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
  /** What the nodes of a test write beside each other. */
  readonly store: Store;
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
    this.store = counted;
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
    heedAccounts(this.hub, { isAddressBanned: readBannedAddresses(accounts), log: this.log });
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

/** Says something, and lets it come to everybody. */
export async function say(world: World, guest: Guest, text: string, room?: string) {
  guest.send({ type: "message", text, ...(room && { room }) });
  await world.quiet();
}
