import type { AccountStore } from "../core/account-store.ts";
import { askPort } from "./port-questions.ts";
import { accountEffects, SqliteAccounts } from "./sqlite-accounts.ts";
import { resultCode } from "./sqlite-errors.ts";
import { openAsItIs, unusable } from "./sqlite-open.ts";

/**
 * Uses what a database file has of people, also beside the server that it is of. Rejects with {@link unusable},
 * or as {@link openAsItIs} throws.
 */
export async function withAccountsIn<T>(file: string, use: (accounts: AccountStore) => Promise<T>): Promise<T> {
  using db = openAsItIs(file);
  try {
    db.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON");
    const accounts = new SqliteAccounts(db);
    return await use(askPort(accountEffects, async (question) => accounts.answer(question)));
  } catch (error) {
    throw resultCode(error) === undefined ? error : unusable(error, file);
  }
}
