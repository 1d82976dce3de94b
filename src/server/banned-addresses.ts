import { BlockList, isIP, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Subnet } from "../core/account-store.ts";
import type { Accounts } from "../core/accounts.ts";
import type { Clock } from "../core/ports.ts";
import type { Visitors } from "./visitors.ts";

/** Of an IPv6 network everybody has as many addresses as they like, down to here. */
const longestIPv6 = 64;
/** How long who is sent away has to read why. */
const readingMs = 1_000;

/**
 * An address or a subnet as text, in the form that bans are written in; `undefined` where it is none. An IPv6 address is
 * its /64, and an IPv4 address within IPv6 itself; of a subnet only what all its addresses share is read.
 */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  if (rest.length > 0 || isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const parsed = ipaddr.process(address);
  const { all, longest, kind } =
    parsed.kind() === "ipv6"
      ? { all: 128, longest: longestIPv6, kind: ipaddr.IPv6 }
      : { all: 32, longest: 32, kind: ipaddr.IPv4 };
  const given = bits === undefined ? all : Number(bits);
  if (given < 1 || given > all) return undefined;
  const length = Math.min(given, longest);
  const network = kind.networkAddressFromCIDR(`${parsed}/${length}`);
  return (length === 32 && all === 32 ? `${network}` : `${network}/${length}`) as Subnet;
}

/** Tells of an address, or an IPv6 one's /64, whether it is banned by now. [D8] */
export function readBannedAddresses(accounts: Accounts): (place: string) => boolean {
  let banned = new BlockList();
  const read = () => {
    banned = new BlockList();
    for (const { who } of accounts.bans) {
      const [network = "", length] = who.split("/");
      const family = isIP(network);
      if (family === 0) continue;
      banned.addSubnet(network, Number(length ?? 32), family === 6 ? "ipv6" : "ipv4");
    }
  };
  read();
  accounts.subscribe(({ bans }) => bans.length > 0 && read());
  return (place) => {
    const [address = ""] = place.split("/");
    return isIP(address) !== 0 && banned.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  };
}

/**
 * Cuts what is still open of an address once it is banned: of who is in the chat, who was told so, and of who is not in
 * it by any name: an echo, a line that has said nothing. The answer ends it. [D8]
 */
export function cutBannedAddresses(accounts: Accounts, visitors: Visitors, clock: Clock): () => void {
  let cancel: (() => void) | undefined;
  const cut = () => {
    cancel = undefined;
    visitors.cutBanned();
  };
  const stop = accounts.subscribe(({ bans }) => {
    if (bans.length > 0) cancel ??= clock.after(readingMs, cut);
  });
  return () => {
    stop();
    cancel?.();
  };
}
