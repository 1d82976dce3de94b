import type { AccountStore } from "../core/account-store.ts";
import { Accounts } from "../core/accounts.ts";
import { Identity } from "../core/identity.ts";
import type { Bus } from "../core/ports.ts";
import type { RandomBytes } from "../protocol/ids.ts";
import { systemClock } from "./clock.ts";
import { createPassphrases } from "./passphrases.ts";
import { createTokens, type MarkedTokens, tokenMs } from "./tokens.ts";

export interface IdentityParts {
  readonly store: AccountStore;
  readonly bus: Bus;
  /** The database's own key. */
  readonly tokenKey: Uint8Array;
  /** What tokens bear where there is an access key. */
  readonly mark: string | undefined;
  readonly randomBytes: RandomBytes;
}

/** Who people are: their tokens, the names that are kept for them, their sessions. Reads what the store has of that. */
export async function openIdentity({
  store,
  bus,
  tokenKey,
  mark,
  randomBytes,
}: IdentityParts): Promise<{ readonly tokens: MarkedTokens; readonly identity: Identity }> {
  const clock = systemClock;
  const accounts = new Accounts(store, () => bus.tell({ type: "accounts" }));
  await store.forgetSessions(tokenMs, clock.now());
  await accounts.refresh();
  const tokens = createTokens({ key: tokenKey, clock, mark, isEnded: (session) => accounts.isEnded(session) });
  const passphrases = createPassphrases();
  return { tokens, identity: new Identity({ store, accounts, passphrases, tokens, clock, randomBytes }) };
}
