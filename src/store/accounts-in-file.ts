import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { AccountStore } from "../core/account-store.ts";
import { DatabaseRefused } from "./database-refused.ts";
import { applicationId, migrations } from "./schema.ts";
import { askAccounts, SqliteAccounts } from "./sqlite-accounts.ts";
import { resultCode } from "./sqlite-open.ts";

/**
 * Uses what a database file has of people, also beside the server that it is of. Rejects with {@link DatabaseRefused} where
 * there is none, or one of another version: what a running server relies on is not changed under it.
 */
export async function withAccountsIn<T>(file: string, use: (accounts: AccountStore) => Promise<T>): Promise<T> {
  if (!existsSync(file)) throw new DatabaseRefused(`There is no ${file}.`);
  try {
    using db = new DatabaseSync(file, { timeout: 5_000 });
    db.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
    const pragma = (what: string) => Object.values(db.prepare(`PRAGMA ${what}`).get() ?? {})[0];
    if (pragma("application_id") !== applicationId || pragma("user_version") !== migrations.length) {
      throw new DatabaseRefused(`${file} is not of this version of Parlance. Start its server with this one first.`);
    }
    const accounts = new SqliteAccounts(db);
    return await use(askAccounts(async (question) => accounts.answer(question)));
  } catch (error) {
    if (resultCode(error) === undefined) throw error;
    throw new DatabaseRefused(`${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}
