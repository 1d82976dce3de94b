import type { Client } from "pg";
import type { AccountStore } from "../core/account-store.ts";
import type { DatabaseRefused } from "./database-refused.ts";
import { PostgresAccounts } from "./postgres-accounts.ts";
import { connect, isPostgresError, prepareAsItIs, refusalOf } from "./postgres-open.ts";

/** Who spoke under a name is looked for in every log there is. */
const statementMs = 10 * 60 * 1_000;

/**
 * Uses what a Postgres database has of people, beside whatever servers there are. Rejects with {@link DatabaseRefused}
 * where it cannot be used, or its tables are missing or of another version.
 */
export async function withAccountsInPostgres<T>(
  address: string,
  use: (accounts: AccountStore) => Promise<T>,
): Promise<T> {
  const ready = (client: Client) => prepareAsItIs(client, statementMs);
  const client = await connect(address, { name: "parlance command", statementMs, ready }).catch((error: unknown) => {
    throw refusalOf(error, address);
  });
  try {
    return await use(new PostgresAccounts(client));
  } catch (error) {
    throw isPostgresError(error) ? refusalOf(error, address) : error;
  } finally {
    await client.end().catch(() => {});
  }
}
