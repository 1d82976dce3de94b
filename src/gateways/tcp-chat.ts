import type { Socket } from "node:net";
import type { Hub } from "../core/hub.ts";
import type { Connection, Format, PersonalFrame } from "../core/ports.ts";
import type { Session } from "../core/session.ts";
import { serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import type { CloseReason, Result } from "../protocol/codes.ts";
import { splitLogin } from "../protocol/login-line.ts";
import { defaultRoom, parseDisplayName, parseRoomName } from "../protocol/names.ts";
import { parsePassphrase } from "../protocol/passphrase.ts";
import { oneLine } from "../protocol/text.ts";
import { cutWhenLate } from "./support/closing.ts";
import { mayBecomeHttp, readsLikeHttp, readsLikeTls } from "./support/http-line.ts";
import { LineDecoder } from "./support/line-decoder.ts";
import { personalRoomLines, roomLine } from "./support/lines.ts";
import { Outbound } from "./support/outbound.ts";
import { TelnetCommands } from "./support/telnet.ts";
import { formatsOf } from "./support/text.ts";

/** Takes an accepted socket, with the address that its messages are counted under; `undefined` on this machine. */
export type TcpGateway = (socket: Socket, address: string | undefined) => void;

const lineBytes = (text: string): Uint8Array => Buffer.from(`${text}\n`);

/**
 * TCP chat: a line is a message, `name :: text` is what the others read, `exit` ends. For netcat,
 * telnet, devices, and clients that send bare chunks. Answers with what takes an accepted socket,
 * which must be half-open: a client that has ended its input still gets what it said stored.
 */
export function createTcpChat(hub: Hub, language: Language): TcpGateway {
  const { [language]: format } = formatsOf(
    (spoken) => ({
      everybody: (frame) => roomLine(frame, spoken),
      // Who types a line has it before their eyes already.
      author: (frame) => (frame.type === "message" ? null : undefined),
    }),
    lineBytes,
  );
  const words = serverWords[language];
  return (socket, address) => {
    const personal = (frame: PersonalFrame): readonly string[] => {
      if (frame.type === "welcome" && frame.ref === "claim") return [`server :: ${words("claimed", frame.user)}`];
      if (frame.type === "welcome" && frame.ref === "login") return [`server :: ${words("logged_in", frame.user)}`];
      return personalRoomLines(frame, language, session.person?.user.name ?? "");
    };
    const connection = new TcpConnection(hub, socket, address, format, personal);
    const session: Session = hub.connect(connection);
    const tellUnknown = (command: string) =>
      connection.write(lineBytes(`server :: ${words("unknown_command", { command })}`));
    /** What has come of the first line; `undefined` once it is over, or no browser's. */
    let firstLine: string | undefined = "";
    let isLeaving = false;

    const take = (line: Result<string>, isBySilence: boolean) => {
      if (isLeaving) return;
      const first = line.ok && firstLine !== undefined ? firstLine + line.value : undefined;
      firstLine = first !== undefined && isBySilence && mayBecomeHttp(first) ? first : undefined;
      if (!line.ok) {
        session.refuse(line.error);
        if (line.error.code === "too_large") leave();
        return;
      }
      if (first !== undefined && readsLikeHttp(first)) cut();
      else if (line.value.trim().toLowerCase() === "exit") leaveSoon();
      else if (line.value.startsWith("/") && !line.value.startsWith("//")) obey(line.value, session, tellUnknown);
      else session.say(line.value.startsWith("//") ? line.value.slice(1) : line.value);
    };

    // What came with it in the same piece is not heard either.
    const cut = () => {
      isLeaving = true;
      socket.destroy();
    };

    const lines = new LineDecoder({ clock: hub.clock, maxBytes: hub.limits.maxFrame, onLine: take });
    const leave = () => {
      if (session.ended) return;
      lines.close();
      session.end({ left: true });
      connection.end();
    };

    // What was said before is heard before they leave.
    const leaveSoon = () => {
      isLeaving = true;
      void session.settled().then(leave);
    };

    const telnet = new TelnetCommands((answer) => connection.write(answer));
    // Lines of it may be text by chance, or by a page's choice.
    socket.once("data", (first: Buffer) => readsLikeTls(first) && cut());
    socket.on("data", (chunk: Buffer) => session.ended || lines.push(telnet.strip(chunk)));
    socket.on("end", () => {
      if (isLeaving) return;
      lines.end();
      leaveSoon();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      lines.close();
      if (!session.ended) session.end({ left: true });
    });
    session.handle({ type: "join", room: defaultRoom, history: 0 });
    session.requirePlace();
  };
}

/** Carries out a line that begins with `/`, or tells that there is no such command. */
function obey(line: string, session: Session, tellUnknown: (command: string) => void): void {
  if (!session.mayAsk()) return;
  const [, name = "", argument = ""] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
  switch (name) {
    case "name": {
      const wanted = parseDisplayName(argument);
      if (!wanted.ok) return session.refuse(wanted.error);
      return session.handle({ type: "rename", name: wanted.value });
    }
    case "join": {
      const room = parseRoomName(argument);
      if (!room.ok) return session.refuse(room.error);
      session.handle({ type: "leave" });
      return session.handle({ type: "join", room: room.value, history: 0 });
    }
    case "claim": {
      const passphrase = parsePassphrase(argument);
      if (!passphrase.ok) return session.refuse(passphrase.error);
      return session.handle({ type: "claim", passphrase: passphrase.value, ref: "claim" });
    }
    case "login": {
      const given = splitLogin(argument);
      const wanted = parseDisplayName(given?.name ?? "");
      if (!wanted.ok) return session.refuse(wanted.error);
      const passphrase = parsePassphrase(given?.passphrase ?? "");
      if (!passphrase.ok) return session.refuse(passphrase.error);
      return session.handle({ type: "login", name: wanted.value, passphrase: passphrase.value, ref: "login" });
    }
    default:
      return tellUnknown(oneLine(`/${name}`));
  }
}

class TcpConnection extends Outbound implements Connection {
  readonly gateway = "tcp_chat";
  readonly agent = "TCP";
  readonly format: Format;
  readonly address: string | undefined;
  readonly acknowledges = false;
  readonly #socket: Socket;
  readonly #hub: Hub;
  readonly #personal: (frame: PersonalFrame) => readonly string[];

  constructor(
    hub: Hub,
    socket: Socket,
    address: string | undefined,
    format: Format,
    personal: (frame: PersonalFrame) => readonly string[],
  ) {
    super(hub, socket);
    this.#socket = socket;
    this.address = address;
    this.format = format;
    this.#personal = personal;
    this.#hub = hub;
  }

  protected get isOpen(): boolean {
    return this.#socket.writable;
  }

  giveUp(): void {
    this.#hub.metrics.closed("reads_too_slowly");
    this.#socket.destroy();
  }

  encode(frame: PersonalFrame): Uint8Array | undefined {
    const lines = this.#personal(frame);
    return lines.length === 0 ? undefined : lineBytes(lines.join("\n"));
  }

  setLanguage(): void {}

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it after what was written. */
  end(): void {
    this.flush();
    this.#socket.end();
    cutWhenLate(this.#socket, this.#hub.clock, () => this.#socket.destroy());
  }

  close(reason: CloseReason): void {
    // Each line past the bound of a client asks for its end again.
    if (!this.isOpen) return;
    this.#hub.metrics.closed(reason);
    this.end();
  }
}
