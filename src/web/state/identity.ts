import { generatedNameForm } from "../../protocol/names.ts";
import type { ServerFrameOf, User } from "../../sdk/index.ts";
import type { Kept } from "./kept.ts";

/** What one client keeps of who it is. Every tab has one, and all of them keep it in the same place. */
interface Keeping {
  /** Whether it comes back as who is kept here. */
  readonly isBack: boolean;
  /** Whether what is kept is of the session that this client is in, or nothing is. */
  isOwn(): boolean;
  /** Keeps who was welcomed, unless another tab has signed in since. */
  remember(welcome: ServerFrameOf<"welcome">): void;
}

/** Who this browser was the last time. */
export interface Identity {
  /** The name to offer; empty for who had none of their own. */
  readonly name: string;
  /** Who one was, as the server knew them. */
  readonly user: User | undefined;
  /** Whether this browser can come back as who it was, without asking. */
  readonly isKnown: boolean;
  /** How to come in under `name` (empty: without one): as who one was if that is the same name. */
  introduce(name: string): { readonly name?: string; readonly token?: string };
  /** How to come back as who one was. */
  comeBack(): { readonly name?: string; readonly token?: string };
  /** For a client that comes in by this. */
  keepFor(introduction: { readonly token?: string }): Keeping;
  /** Keeps the name, but comes back only when asked to. */
  leave(): void;
  /** Calls `listener` when that happens in another tab. */
  onLeave(listener: () => void): void;
  /** Keeps the name only: what else showed who one was is void. */
  forget(): void;
}

export function createIdentity(kept: Kept): Identity {
  const ownName = () => {
    const name = kept.read("name") ?? "";
    return generatedNameForm.test(name) ? "" : name;
  };
  const comeBack = () => {
    const name = kept.read("name");
    const token = kept.read("token");
    return { ...(name !== undefined && { name }), ...(token !== undefined && { token }) };
  };
  return {
    get name() {
      return ownName();
    },
    get user() {
      const id = kept.read("id") as User["id"] | undefined;
      const name = kept.read("name") as User["name"] | undefined;
      return id !== undefined && name !== undefined ? { id, name } : undefined;
    },
    get isKnown() {
      return kept.read("token") !== undefined && kept.read("away") === undefined;
    },
    introduce(name) {
      if (name === ownName()) return comeBack();
      return name === "" ? {} : { name };
    },
    comeBack,
    keepFor({ token }) {
      const isBack = token !== undefined && token === kept.read("token");
      let id = isBack ? kept.read("id") : undefined;
      // Every welcome has another token, so what a session is known by is the first of them. [I3]
      let session = isBack ? kept.read("session") : undefined;
      const isOwn = () => kept.read("token") === undefined || kept.read("session") === session;
      return {
        isBack,
        isOwn,
        remember({ user, token }) {
          if (user.id !== id) {
            id = user.id;
            session = token;
          } else if (!isOwn()) {
            // Renamed here, the same person is to come back by the new name.
            if (kept.read("id") === id) kept.write("name", user.name);
            return;
          }
          kept.write("id", id);
          kept.write("name", user.name);
          kept.write("token", token);
          kept.write("session", session);
          kept.write("away", undefined);
        },
      };
    },
    leave() {
      kept.write("away", "yes");
    },
    onLeave(listener) {
      kept.watch("away", (away) => {
        if (away !== undefined) listener();
      });
    },
    forget() {
      kept.write("id", undefined);
      kept.write("token", undefined);
      kept.write("session", undefined);
    },
  };
}
