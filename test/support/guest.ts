import type { Hub } from "../../src/core/hub.ts";
import type { Connection, Format, PersonalFrame } from "../../src/core/ports.ts";
import type { Session } from "../../src/core/session.ts";
import type { ClientFrameInput } from "../../src/protocol/client-frames.ts";
import { parseClientFrame } from "../../src/protocol/client-frames.ts";
import type { CloseReason } from "../../src/protocol/codes.ts";
import {
  parseServerFrame,
  type ServerFrame,
  type ServerFrameOf,
  type ServerFrameType,
} from "../../src/protocol/server-frames.ts";

const asLine = (frame: object) => Buffer.from(`${JSON.stringify(frame)}\n`);
const format: Format = { encode: asLine };

export interface GuestOptions {
  /** Where it comes from; this machine if nothing is said. */
  readonly address?: string;
  readonly acknowledges?: boolean;
}

/** A client without a socket: a line into the core, and everything that came out of it. */
export class Guest implements Connection {
  readonly format = format;
  readonly gateway = "native";
  readonly session: Session;
  /** Everything read, in order. */
  readonly frames: ServerFrame[] = [];
  closed: CloseReason | undefined;
  isPaused = false;
  readonly address: string | undefined;
  readonly acknowledges: boolean;
  isBehind = false;
  /** Set by a test whose reader is slow: what {@link writePage} waits for. */
  drain: () => Promise<void> = async () => {};

  constructor(hub: Hub, { address, acknowledges = true }: GuestOptions = {}) {
    this.address = address;
    this.acknowledges = acknowledges;
    this.session = hub.connect(this);
  }

  encode(frame: PersonalFrame): Uint8Array {
    if (frame.type !== "error") return asLine(frame);
    const { error, type, ...marks } = frame;
    const { code, suggestion, retryAfterMs } = error;
    const more = {
      ...(suggestion && { suggestion }),
      ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    };
    return asLine({ type, code, message: code, ...marks, ...more });
  }

  write(bytes: Uint8Array): void {
    for (const line of Buffer.from(bytes).toString().trimEnd().split("\n")) {
      const frame = parseServerFrame(line);
      if (!frame) throw new Error(`not a frame: ${line}`);
      this.frames.push(frame);
    }
  }

  writeAll(pieces: readonly Uint8Array[]): void {
    this.write(Buffer.concat(pieces));
  }

  writeSoon(bytes: Uint8Array): void {
    this.write(bytes);
  }

  writePage(bytes: Uint8Array): Promise<void> {
    this.write(bytes);
    return this.drain();
  }

  setLanguage(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(reason: CloseReason): void {
    this.closed ??= reason;
    this.session.end({ left: false });
  }

  /** Sends a frame as a client would write it. */
  send(frame: ClientFrameInput): void {
    const parsed = parseClientFrame(JSON.stringify(frame));
    if (parsed.ok) this.session.handle(parsed.value);
    else this.session.refuseFrame(parsed.error, parsed);
  }

  /** What was read of one type. */
  all<T extends ServerFrameType>(type: T): ServerFrameOf<T>[] {
    return this.frames.filter((frame): frame is ServerFrameOf<T> & ServerFrame => frame.type === type);
  }

  /** What was read last of one type. */
  last<T extends ServerFrameType>(type: T): ServerFrameOf<T> {
    const frame = this.all(type).at(-1);
    if (!frame) throw new Error(`no ${type} among ${JSON.stringify(this.frames)}`);
    return frame;
  }

  /** What was read since the last call, shortly; but for `heads`, which come with time alone. */
  news(): string[] {
    const frames = this.frames.splice(0).filter(({ type }) => type !== "heads");
    return frames.map((frame) => {
      switch (frame.type) {
        case "user_joined":
          return `+${frame.user.name} ${frame.count}`;
        case "user_left":
          return `-${frame.user.name} ${frame.count}`;
        case "user_renamed":
          return `${frame.was}=${frame.user.name}`;
        case "typing":
          return `${frame.user.name} ${frame.active ? "types" : "rests"}`;
        case "message":
          return `${frame.user.name}: ${frame.text}`;
        case "presence":
          return `${frame.count} here`;
        case "members":
          return `here: ${frame.members.map(({ name }) => name).join(", ")}`;
        case "error":
          return `! ${frame.code}`;
        default:
          return frame.type;
      }
    });
  }

  /** The line breaks. */
  cut(): void {
    this.session.end({ left: false });
  }

  /** The client takes its leave. */
  leave(): void {
    this.session.end({ left: true });
  }
}

/** What a guest comes back with. */
export const tokenOf = (guest: Guest) => guest.last("welcome").token;
export const userOf = (guest: Guest) => guest.last("welcome").user;
