import type { ServerFrameOf, User } from "../protocol/server-frames.ts";

export type PresenceFrame = ServerFrameOf<
  "joined" | "user_joined" | "user_left" | "user_renamed" | "members" | "presence"
>;

/** Who is in a room, as the server tells it. */
export class Membership {
  /** Unknown in a room of more than 200. */
  members: readonly User[] | undefined;
  count = 0;

  take(frame: PresenceFrame): void {
    if (frame.type !== "user_renamed") this.count = frame.count;
    switch (frame.type) {
      case "joined":
      case "members":
        this.members = frame.members ?? undefined;
        break;
      case "presence":
        this.members = undefined;
        break;
      case "user_joined":
        this.members = this.members && [...this.#without(frame.user), frame.user];
        break;
      case "user_left":
        this.members = this.members && this.#without(frame.user);
        break;
      case "user_renamed":
        this.members = this.members?.map((member) => (member.id === frame.user.id ? frame.user : member));
        break;
      default:
        frame satisfies never;
    }
  }

  clear(): void {
    this.members = undefined;
    this.count = 0;
  }

  #without(user: User): readonly User[] {
    return this.members?.filter((member) => member.id !== user.id) ?? [];
  }
}
