import type { Accounts } from "./accounts.ts";
import type { Hub } from "./hub.ts";
import { type Bus, type Clock, type Log, StoreError } from "./ports.ts";
import type { Session } from "./session.ts";

/**
 * How often it is asked what other nodes, or the operator's command, have changed, in milliseconds: so long a session may
 * outlive its end here.
 */
export const refreshMs = 5_000;

/**
 * Carries out what changes about people: closes the lines of a session that has ended and of who is banned, and gives
 * another name to who is using one that is kept for somebody else by now. `isAddressBanned` is asked of what
 * `Connection.address` tells. The answer ends it. [I2] [I3] [D8]
 */
export function heedAccounts(
  hub: Hub,
  { isAddressBanned, log }: { readonly isAddressBanned: (address: string) => boolean; readonly log: Log },
): () => void {
  const { accounts } = hub.identity;
  const isBanned = ({ person, connection: { address } }: Session) =>
    (person !== undefined && accounts.isBanned(person.user.id)) || (address !== undefined && isAddressBanned(address));
  return accounts.subscribe(({ names, ended, bans }) => {
    const over = new Set(ended);
    for (const session of hub.sessions) {
      if (session.tokenSession && over.has(session.tokenSession)) session.close("removed");
    }
    for (const session of bans.length > 0 ? hub.sessions : []) {
      if (!isBanned(session)) continue;
      // By the address its operator can keep out who would come back as somebody else.
      log.warn({ user: session.person?.user.id, address: session.connection.address }, "sent away: banned");
      session.expel({ code: "banned" });
    }
    for (const { user, name } of names) {
      for (const person of name === null ? [] : hub.people.othersWith(name, user)) {
        hub.members.names.replace(person);
      }
    }
  });
}

interface AccountWatchParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks for what was changed elsewhere: when another node says so, and from time to time, for a hint may be lost. */
export function watchAccounts(accounts: Accounts, { bus, clock, log }: AccountWatchParts): Disposable {
  let isStoreThere = true;
  let isOver = false;
  let cancel = () => {};
  const look = async () => {
    try {
      await accounts.refresh();
      isStoreThere = true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (isStoreThere) log.warn({ error: error.message }, "names and sessions that changed elsewhere are not known");
      isStoreThere = false;
    }
  };
  const schedule = () => {
    cancel = clock.after(refreshMs, () => void look().then(() => isOver || schedule()));
  };
  schedule();
  const stopHearing = bus.hear(({ type }) => type === "accounts" && void look());
  return {
    [Symbol.dispose]() {
      isOver = true;
      cancel();
      stopHearing();
    },
  };
}
