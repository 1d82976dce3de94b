import type { AccountStore, Ban, Banned } from "../core/account-store.ts";
import { Accounts } from "../core/accounts.ts";
import { type UserId, userIdForm } from "../protocol/ids.ts";
import { parseDisplayName } from "../protocol/names.ts";
import { parseSubnet } from "./banned-addresses.ts";
import { systemClock } from "./clock.ts";
import { CommandRefused, type Place, withWrittenAccounts } from "./written-accounts.ts";

/**
 * Bans an address or a subnet, a person by their id, or who a name is kept for; where it is kept for nobody, who said
 * something under it last. Rejects with {@link CommandRefused}. [D8]
 */
export const ban = (wanted: string, place: Place): Promise<Ban> =>
  withBans(place, async (store, accounts) => {
    const found = await find(store, accounts, wanted);
    if (!found)
      throw new CommandRefused(
        `Nobody called ${wanted} keeps that name, or has said anything under it: names are compared as they are written. ` +
          "An id (u_…, beside each message of GET /rooms/ROOM/messages), an address or a subnet can be banned, too.",
      );
    const before = [...accounts.bans].find(({ who }) => who === found.who);
    if (before) return before;
    const written = { ...found, since: systemClock.now() };
    await store.writeBan(written);
    return written;
  });

/** Lets somebody in again, by what they were banned as. Rejects with {@link CommandRefused}. [D8] */
export const unban = (wanted: string, place: Place): Promise<Ban> =>
  withBans(place, async (store, accounts) => {
    const subnet = parseSubnet(wanted);
    const meant = [...accounts.bans].filter(({ who, name }) => who === (subnet ?? wanted) || name === wanted);
    const [banned, another] = meant;
    if (!banned) throw new CommandRefused(`${wanted} is not banned. \`parlance bans\` tells who is.`);
    if (another)
      throw new CommandRefused(
        `Several people called ${wanted} are banned: ${meant.map(({ who }) => who).join(", ")}.`,
      );
    await store.writeBan({ ...banned, since: null });
    return banned;
  });

/** Everybody who is banned, the latest first. Rejects with {@link CommandRefused}. [D8] */
export const bans = (place: Place): Promise<readonly Ban[]> =>
  withBans(place, async (_, accounts) => [...accounts.bans].sort((a, b) => (b.since ?? 0) - (a.since ?? 0)));

/** Uses what is written down of people, and what of it is to be known of bans. */
const withBans = <T>(place: Place, use: (store: AccountStore, accounts: Accounts) => Promise<T>): Promise<T> =>
  withWrittenAccounts(place, async (store) => {
    const accounts = new Accounts(store);
    await accounts.refresh();
    return await use(store, accounts);
  });

async function find(
  store: AccountStore,
  accounts: Accounts,
  wanted: string,
): Promise<{ readonly who: Banned; readonly name: string } | undefined> {
  const subnet = parseSubnet(wanted);
  if (subnet) return { who: subnet, name: "" };
  if (userIdForm.test(wanted)) return { who: wanted as UserId, name: accounts.nameOf(wanted as UserId) ?? "" };
  const name = parseDisplayName(wanted);
  if (!name.ok) return undefined;
  const who = accounts.ownerOf(name.value) ?? (await store.lastSpeaker(name.value));
  return who && { who, name: accounts.nameOf(who) ?? name.value };
}
