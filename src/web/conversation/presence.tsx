import type { User } from "../../sdk/index.ts";
import { useSay } from "../state/page.ts";
import type { Say } from "../state/words.ts";

/** Who came and who left, gathered in a line each. */
export function Presence({ joined, left }: { readonly joined: readonly User[]; readonly left: readonly User[] }) {
  const say = useSay();
  return (
    <div class="note">
      {joined.length > 0 && <p>{tell(say, "joined", joined)}</p>}
      {left.length > 0 && <p>{tell(say, "left", left)}</p>}
    </div>
  );
}

function tell(say: Say, what: "joined" | "left", users: readonly User[]): string {
  const [first, second] = users;
  if (!first) return "";
  if (!second) return say(`presence.${what}_one`, { name: first.name });
  if (users.length === 2) return say(`presence.${what}_two`, { first: first.name, second: second.name });
  return say(`presence.${what}_many`, { name: first.name, count: users.length - 1 });
}
