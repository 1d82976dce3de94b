import type { AccountFrame } from "../protocol/account-frames.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { DisplayName } from "../protocol/ids.ts";
import type { ServerFrameOf, User } from "../protocol/server-frames.ts";
import type { Hub } from "./hub.ts";
import type { Asker } from "./identity.ts";
import type { Person } from "./people.ts";
import { welcomeFrame } from "./welcome.ts";

/**
 * What somebody asks about their own name and sessions, done or refused; `login` makes them somebody else, and is not for
 * this. Rejects with a `StoreError`. [I2] [I3]
 */
export async function answerAccountFrame(
  hub: Hub,
  person: Person,
  by: Omit<Asker, "user">,
  frame: Exclude<AccountFrame, { type: "login" }>,
): Promise<Result<ServerFrameOf<"welcome" | "sessions">>> {
  const { identity } = hub;
  const asker = { ...by, user: person.user };
  switch (frame.type) {
    case "claim":
      return welcomed(await identity.claim(asker, frame.passphrase, () => called(frame.name)));
    case "change_passphrase":
      return welcomed(await identity.changePassphrase(asker, frame.passphrase, frame.new_passphrase));
    case "unclaim":
      return welcomed(await identity.unclaim(asker, frame.passphrase));
    case "sessions":
      return listed(accepted(undefined));
    case "end_session":
      return listed(await identity.end(asker, frame.session));
    default:
      return frame satisfies never;
  }

  async function called(name: DisplayName | null | undefined): Promise<Result<User>> {
    const renamed = name ? await hub.members.rename(person, name) : accepted(undefined);
    return renamed.ok ? accepted(person.user) : renamed;
  }

  function welcomed(outcome: Result<undefined>): Result<ServerFrameOf<"welcome">> {
    if (outcome.ok) return accepted(welcomeFrame(hub, person, by.session, frame.ref));
    if (outcome.error.code !== "name_taken" || outcome.error.suggestion) return outcome;
    const suggestion = hub.people.suggest(person.user.name);
    return refused("name_taken", { suggestion, params: { suggestion } });
  }

  async function listed(outcome: Result<undefined>): Promise<Result<ServerFrameOf<"sessions">>> {
    if (!outcome.ok) return outcome;
    const sessions = await identity.sessions(asker);
    return accepted({ type: "sessions", sessions: [...sessions], ...(frame.ref && { ref: frame.ref }) });
  }
}
