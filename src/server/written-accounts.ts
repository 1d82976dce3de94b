import { resolve } from "node:path";
import type { AccountStore } from "../core/account-store.ts";
import { StoreError } from "../core/ports.ts";
import type { Config } from "../ops/config.ts";
import { withAccountsIn } from "../store/accounts-in-file.ts";
import { DatabaseRefused } from "../store/database-refused.ts";
import { existingDatabaseIn } from "./data-folder.ts";
import { StartupError } from "./startup-error.ts";

/** Where servers keep what they know of people. */
export type Place = Pick<Config, "data" | "store">;

/** Why something was not done for the operator; the message says what to do. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
}

/**
 * Uses what a data folder or a shared database has of people, whether servers are running on it or not: they know of a
 * change within 5 s. Rejects with {@link CommandRefused} where it cannot be used.
 */
export async function withWrittenAccounts<T>(
  { data, store }: Place,
  use: (accounts: AccountStore) => Promise<T>,
): Promise<T> {
  try {
    return await (store === undefined
      ? withAccountsIn(existingDatabaseIn(resolve(data)), use)
      : withSharedAccounts(store, use));
  } catch (error) {
    const isExpected = [DatabaseRefused, StartupError, StoreError].some((kind) => error instanceof kind);
    if (!isExpected) throw error;
    throw new CommandRefused((error as Error).message, { cause: error });
  }
}

// The driver is loaded by who uses it.
async function withSharedAccounts<T>(address: string, use: (accounts: AccountStore) => Promise<T>): Promise<T> {
  const { withAccountsInPostgres } = await import("../store/accounts-in-postgres.ts");
  return withAccountsInPostgres(address, use);
}
