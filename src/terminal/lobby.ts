import { type TerminalSpeak, terminalWords } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { oneLine } from "../protocol/text.ts";
import type { Client, Room, RoomName, RoomsPage } from "../sdk/index.ts";
import { problemLine } from "./problem.ts";

export interface LobbyTalkOptions {
  readonly client: Client;
  readonly language: Language;
  readonly print: (line: string) => void;
  readonly enter: (room: RoomName) => void;
}

/** What a room is called here: a direct conversation by the other one's name. */
export const roomLabel = ({ name, direct }: Pick<Room, "name" | "direct">): string =>
  direct ? `@${oneLine(direct.name)}` : name;

/** What somebody at a terminal asks about rooms and people, and is told of those who write to them. */
export class LobbyTalk {
  readonly #options: LobbyTalkOptions;
  readonly #speak: TerminalSpeak;
  /** Conversations that were told of, and not entered since. */
  readonly #told = new Set<RoomName>();

  constructor(options: LobbyTalkOptions) {
    this.#options = options;
    this.#speak = terminalWords[options.language];
    options.client.on("invited", ({ room, direct }) => {
      if (!direct || this.#told.has(room)) return;
      this.#told.add(room);
      options.print(this.#speak("direct.invited", { name: oneLine(direct.user.name) }));
    });
  }

  /** Prints the rooms that there are, the one that was active last at the end. */
  async list(): Promise<void> {
    const { client, print } = this.#options;
    await this.#try(async () => {
      const { rooms } = await client.rooms();
      for (const room of rooms.toReversed()) print(this.#listed(room));
    });
  }

  /** Goes to the direct conversation with somebody. */
  async direct(name: string): Promise<void> {
    await this.#try(async () => {
      const { name: room } = await this.#options.client.direct(name);
      this.#told.delete(room);
      this.#options.enter(room);
    });
  }

  /** Prints who is in a room. */
  who({ name, direct, members, count }: Room): void {
    const { compare } = new Intl.Collator(this.#options.language);
    const names = members?.map((member) => oneLine(member.name)).sort(compare);
    const room = roomLabel({ name, direct });
    if (names) this.#options.print(this.#speak("who.names", { count, room, names: names.join(", ") }));
    else this.#options.print(this.#speak("who.count", { count, room }));
  }

  #listed({ room, direct, count, unread, topic }: RoomsPage["rooms"][number]): string {
    const name = roomLabel({ name: room, direct: direct?.user });
    const parts = [
      this.#speak("who.count", { count, room: name }),
      ...(unread ? [this.#speak("rooms.unread", { count: unread })] : []),
      ...(topic ? [oneLine(topic)] : []),
    ];
    return parts.join(" · ");
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.print(problemLine(error, this.#speak, "account.failed"));
    }
  }
}
