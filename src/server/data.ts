import { createHmac } from "node:crypto";
import { createMemoryBus } from "../bus/memory.ts";
import type { Bus, Clock, Log, Store } from "../core/ports.ts";
import type { Config } from "../ops/config.ts";
import { DatabaseRefused } from "../store/database-refused.ts";
import type { RemoteStore } from "../store/postgres.ts";
import { openDataFolder } from "./data-folder.ts";
import { StartupError } from "./startup-error.ts";

/** Where a server keeps what is said, and how it hears what others keep there. */
export interface Data extends AsyncDisposable {
  readonly store: Store;
  readonly bus: Bus;
  /** The folder that it is in; `undefined` for a database that other servers may share. */
  readonly folder: string | undefined;
  /** Whether it can be reached now, as far as is known. */
  isReachable(): boolean;
  /** Leaves a note of who serves a folder, and where. [L5] */
  signIn(urls: readonly string[]): void;
}

/** Opens what the configuration names. Rejects with a {@link StartupError} that says what is in the way and what to do. */
export async function openData(
  { data, store, bus }: Pick<Config, "data" | "store" | "bus">,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Data> {
  if (store !== undefined) return openShared(store, bus, { clock, log });
  if (bus !== undefined) {
    throw new StartupError("--bus is for servers that share a database. Name that with --store, or leave --bus out.");
  }
  const folder = await openDataFolder(data);
  return Object.assign(folder, { bus: createMemoryBus(), folder: data, isReachable: () => true });
}

async function openShared(
  address: string,
  busAddress: string | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Data> {
  const store = await openPostgres(address);
  try {
    const bus = busAddress === undefined ? createMemoryBus() : await openBus(busAddress, store, { clock, log });
    return {
      store,
      bus,
      folder: undefined,
      isReachable() {
        // To ask is to try: whoever looks whether it is back brings it back.
        if (!store.isReachable) store.heads([]).catch(() => {});
        return store.isReachable;
      },
      signIn() {},
      async [Symbol.asyncDispose]() {
        await bus.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openBus(
  address: string,
  store: Store,
  parts: { readonly clock: Clock; readonly log: Log },
): Promise<Bus> {
  // Who shares a database shares its key, and so the name of the bus: nobody else's rooms are heard.
  const scope = createHmac("sha256", await store.tokenKey())
    .update("bus")
    .digest("hex")
    .slice(0, 16);
  const { openNatsBus } = await import("../bus/nats.ts");
  return openNatsBus({ address, scope, ...parts });
}

// Their drivers are loaded by who uses them: a server with a folder starts without.
async function openPostgres(address: string): Promise<RemoteStore> {
  const { openPostgresStore } = await import("../store/postgres.ts");
  try {
    return await openPostgresStore(address);
  } catch (error) {
    throw error instanceof DatabaseRefused ? new StartupError(error.message, { cause: error }) : error;
  }
}
