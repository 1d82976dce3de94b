import type { TerminalSpeak } from "../locales/terminal.ts";
import type { Language } from "../locales/words.ts";
import { searchHits } from "../protocol/search-text.ts";
import { oneLine, printable } from "../protocol/text.ts";
import type { MessageFrame } from "../sdk/index.ts";
import type { Paint } from "./colour.ts";
import type { Command, Input } from "./commands.ts";
import { fitting } from "./width.ts";

export interface LineStyle {
  readonly language: Language;
  readonly speak: TerminalSpeak;
  readonly paint: Paint;
  /**
   * What a line break in a message becomes: for people a line set in, so that no message can pass for
   * two; for programs, which count lines, `⏎`.
   */
  readonly lineBreaks: "set in" | "shown";
}

/** Everything about a message that decides how it reads. */
export interface Said {
  readonly message: Pick<MessageFrame, "text" | "edited" | "reactions"> & {
    readonly user: { readonly name: string };
    readonly ts: string | number;
  };
  /** What it answers: `elsewhere` if that is not known here. */
  readonly answered?: Quoted | "elsewhere" | undefined;
  /** Said by the reader. */
  readonly own: boolean;
  /** Said before the reader came. */
  readonly old: boolean;
  /** Named when the reader is in several rooms. */
  readonly room: string | undefined;
}

/** A message, as far as it is quoted. */
export interface Quoted {
  readonly text: string;
  readonly user: { readonly name: string };
}

/** Columns of a message's text that are enough to know it by. */
const quotedWidth = 24;

const setIn = "\n        ";

/** The words and looks of every line that the chat prints. Nothing in them can steer the terminal. [D4] */
export class Lines {
  readonly #style: LineStyle;
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(style: LineStyle) {
    this.#style = style;
    this.#time = new Intl.DateTimeFormat(style.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#day = new Intl.DateTimeFormat(style.language, { dateStyle: "full" });
  }

  /** `12:34 Ann: hello`; of an answer `12:34 Ann ↳ Оля “hello”: hello yourself`. */
  message({ message, answered, own, old, room }: Said): string {
    const { paint, speak, lineBreaks } = this.#style;
    const name = oneLine(message.user.name);
    const answer = answered && paint.faint(answered === "elsewhere" ? " ↳ …" : ` ${this.quoted(answered)}`);
    const text = lineBreaks === "shown" ? oneLine(message.text) : printable(message.text).replaceAll("\n", setIn);
    const author = own ? paint.own(speak("you")) : paint.name(name);
    const place = room === undefined ? "" : paint.faint(`[${oneLine(room)}] `);
    const said = `${author}${answer ?? ""}: ${old ? paint.faint(text) : text}`;
    return `${paint.faint(this.time(message.ts))} ${place}${said}${this.#marks(message)}`;
  }

  /** `12:34 [kitchen] Ann: hello`, with the words that it was found by standing out. */
  found({ text, user, room, ts }: MessageFrame, words: readonly string[]): string {
    const { paint } = this.#style;
    const line = oneLine(text);
    let said = "";
    let end = 0;
    for (const [from, to] of searchHits(line, words)) {
      said += paint.faint(line.slice(end, from)) + line.slice(from, to);
      end = to;
    }
    const author = paint.name(oneLine(user.name));
    return `${paint.faint(this.time(ts))} ${paint.faint(`[${oneLine(room)}]`)} ${author}: ${said}${paint.faint(line.slice(end))}`;
  }

  /** `↳ Оля “hello”` */
  quoted({ user, text }: Quoted): string {
    const line = oneLine(text);
    const start = fitting(line, quotedWidth);
    const quote = start === line ? line : `${start.trimEnd()}…`;
    return `↳ ${oneLine(user.name)} ${this.#style.speak("message.quoted", { text: quote })}`;
  }

  /** What happened to a message, and which one that is, if that need be said. */
  changed(text: string, message: Quoted | undefined, room: string | undefined): string {
    return this.#faintly(message ? `${text} ${this.quoted(message)}` : text, room);
  }

  /** What has become of a message: ` (edited, 👍 2)`. */
  #marks({ edited, reactions }: Said["message"]): string {
    const { paint, speak } = this.#style;
    const given = (reactions ?? []).map(({ emoji, users }) =>
      users.length > 1 ? `${oneLine(emoji)} ${users.length}` : oneLine(emoji),
    );
    const marks = [...(edited ? [speak("message.edited")] : []), ...given];
    return marks.length > 0 ? paint.faint(` (${marks.join(", ")})`) : "";
  }

  /** Hours and minutes, here. */
  time(ts: string | number): string {
    return this.#time.format(new Date(ts));
  }

  /** Day and time, here. */
  moment(ts: string): string {
    const date = new Date(ts);
    return `${this.#day.format(date)}, ${this.#time.format(date)}`;
  }

  /** The day of what follows. */
  day(ts: string | number): string {
    return this.#style.paint.faint(`— ${this.#day.format(new Date(ts))} —`);
  }

  /** Whose name it is that something happened to: `→ Ann joined`. */
  happened(key: "user.joined" | "user.left", name: string, room: string | undefined): string {
    return this.#faintly(this.#style.speak(key, { name: oneLine(name) }), room);
  }

  renamed(was: string, name: string, room: string | undefined): string {
    return this.#faintly(this.#style.speak("user.renamed", { was: oneLine(was), name: oneLine(name) }), room);
  }

  /** Who types; `""` when nobody does. */
  typing(names: readonly string[]): string {
    const { speak } = this.#style;
    const [name, other, third] = names.map(oneLine);
    if (name === undefined) return "";
    if (other === undefined) return speak("typing.one", { name });
    return third === undefined ? speak("typing.two", { name, other }) : speak("typing.several");
  }

  /** The commands, a line each. */
  help(): readonly string[] {
    const { speak } = this.#style;
    return [
      `${this.usage("/join")}  ${speak("help.join")}`,
      `${this.usage("/leave")}  ${speak("help.leave")}`,
      `/who  ${speak("help.who")}`,
      `/rooms  ${speak("help.rooms")}`,
      `${this.usage("/dm")}  ${speak("help.dm")}`,
      `${this.usage("/name")}  ${speak("help.name")}`,
      `${this.usage("/history")}  ${speak("help.history")}`,
      `${this.usage("/search")}  ${speak("help.search")}`,
      `${this.usage("/edit")}  ${speak("help.edit")}`,
      `${this.usage("/delete")}  ${speak("help.delete")}`,
      `${this.usage("/reply")}  ${speak("help.reply")}`,
      `${this.usage("/react")}  ${speak("help.react")}`,
      `${this.usage("/topic")}  ${speak("help.topic")}`,
      `${this.usage("/claim")}  ${speak("help.claim")}`,
      `${this.usage("/login")}  ${speak("help.login")}`,
      `/sessions  ${speak("help.sessions")}`,
      `${this.usage("/signout")}  ${speak("help.signout")}`,
      `//…  ${speak("help.slash")}`,
      `/quit  ${speak("help.quit")}`,
      `/help  ${speak("help.help")}`,
    ];
  }

  /** What is said of a command that there is not, or of which something is missing. */
  wrong(input: Extract<Input, { kind: "incomplete" | "unknown" }>): string {
    const { speak } = this.#style;
    if (input.kind === "incomplete") return speak("command.incomplete", { usage: this.usage(input.command) });
    const command = oneLine(input.command);
    return speak("command.unknown", { command, word: command.slice(1) });
  }

  /** How a command is written: `/leave [ROOM]`. */
  usage(command: Command): string {
    const { speak } = this.#style;
    switch (command) {
      case "/join":
        return `${command} ${speak("help.room")}`;
      case "/leave":
        return `${command} [${speak("help.room")}]`;
      case "/dm":
        return `${command} ${speak("help.word")}`;
      case "/name":
        return `${command} [${speak("help.word")}]`;
      case "/history":
      case "/delete":
        return `${command} [${speak("help.number")}]`;
      case "/search":
        return `${command} ${speak("help.text")}`;
      case "/edit":
      case "/reply":
        return `${command} [${speak("help.number")}] ${speak("help.text")}`;
      case "/react":
        return `${command} ${speak("help.emoji")} [${speak("help.number")}]`;
      case "/topic":
        return `${command} [${speak("help.text")}]`;
      case "/claim":
        return `${command} ${speak("help.passphrase")}`;
      case "/login":
        return `${command} ${speak("help.word")} ${speak("help.passphrase")}`;
      case "/signout":
        return `${command} ${speak("help.number")}|others`;
      case "/help":
      case "/rooms":
      case "/sessions":
      case "/who":
      case "/quit":
        return command;
      default:
        return command satisfies never;
    }
  }

  #faintly(text: string, room: string | undefined): string {
    return this.#style.paint.faint(room === undefined ? text : `[${oneLine(room)}] ${text}`);
  }
}
