import type { Hub } from "../../core/hub.ts";
import type { Introduction, Person } from "../../core/people.ts";
import type { Bearer } from "../../core/ports.ts";
import type { Result } from "../../protocol/codes.ts";

/**
 * Lets somebody in for one request, and holds them meanwhile, so that their name is theirs; `bearer` is who their token
 * names, if they brought a good one. Refused as coming in by a line is.
 */
export async function withPerson<T>(
  hub: Hub,
  introduction: Introduction,
  answer: (person: Person, bearer: Bearer | undefined) => Promise<Result<T>>,
): Promise<Result<T>> {
  const entered = await hub.members.names.enter(introduction);
  if (!entered.ok) return entered;
  try {
    // Their session may have ended while their name was claimed. [I3]
    const proven = hub.people.prove(introduction.token);
    return proven.ok ? await answer(entered.value, proven.value) : proven;
  } finally {
    hub.people.letGo(entered.value);
  }
}
