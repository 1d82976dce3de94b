import type { Accounts } from "./accounts.ts";
import type { Hub } from "./hub.ts";
import { type Clock, type Log, StoreError } from "./ports.ts";

/** How often a node of several asks what changed on others, in milliseconds: so long a session may outlive its end there. */
export const refreshMs = 5_000;

export interface AccountWatchOptions {
  readonly hub: Hub;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether other nodes write to the same store. */
  readonly isShared: boolean;
}

/**
 * Carries out what changed about people: closes the lines of a session that has ended, and gives another name to who is
 * using one that is kept for somebody else by now. [I2] [I3]
 */
export function watchAccounts({ hub, accounts, clock, log, isShared }: AccountWatchOptions): Disposable {
  const unsubscribe = accounts.subscribe(({ names, ended }) => {
    const over = new Set(ended);
    for (const session of hub.sessions) if (session.id && over.has(session.id)) session.close("removed");
    for (const { user, name } of names) {
      for (const person of name === null ? [] : hub.people.othersWith(name, user)) {
        hub.rename(person, hub.people.suggest(person.user.name));
      }
    }
  });
  let isStoreThere = true;
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
    cancel = clock.after(refreshMs, () => void look().then(() => ended || schedule()));
  };
  let ended = false;
  if (isShared) schedule();
  return {
    [Symbol.dispose]() {
      ended = true;
      cancel();
      unsubscribe();
    },
  };
}
