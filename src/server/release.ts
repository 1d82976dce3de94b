import { releaseName } from "../core/accounts.ts";
import { parseDisplayName } from "../protocol/names.ts";
import { CommandRefused, type Place, withWrittenAccounts } from "./written-accounts.ts";

/**
 * Frees a name that is kept for somebody, without its passphrase. The name as its owner wrote it. Rejects with
 * {@link CommandRefused}. [I5]
 */
export async function releaseKeptName(wanted: string, place: Place): Promise<string> {
  const name = parseDisplayName(wanted);
  if (!name.ok) throw new CommandRefused("This cannot be anybody's name.");
  const released = await withWrittenAccounts(place, (accounts) => releaseName(accounts, name.value));
  if (released === undefined) throw new CommandRefused(`The name ${name.value} is kept for nobody.`);
  return released;
}
