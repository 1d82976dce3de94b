import type { Socket } from "node:net";
import type { Clock, GatewayName, Metrics } from "../../core/ports.ts";
import { serverWords } from "../../locales/server.ts";
import type { Language } from "../../locales/words.ts";
import type { ChatError } from "../../protocol/codes.ts";
import type { JudgeKey } from "./behind-key.ts";
import { cutWhenLate } from "./closing.ts";
import { readsLikeHttp } from "./http-line.ts";
import { lineFeed, silenceMs } from "./line-decoder.ts";
import { TelnetCommands } from "./telnet.ts";

/** How long somebody who types has for it. */
const patienceMs = 30_000;
/** Longer is no key's line. */
const maxBytes = 2048;

export interface KeyLineOptions {
  readonly clock: Clock;
  readonly language: Language;
  readonly judgeKey: JudgeKey;
  readonly gateway: GatewayName;
  readonly metrics: Metrics;
}

/**
 * A TCP gateway whose clients must first send the line `/key KEY`; what they send after it is the
 * gateway's. Whoever begins otherwise reads why, and is gone: in silence if it speaks HTTP. [D5] [D6]
 */
export function behindKeyLine(accept: (socket: Socket, address: string | undefined) => void, options: KeyLineOptions) {
  const { clock, language, judgeKey } = options;
  return (socket: Socket, address: string | undefined): void => {
    const telnet = new TelnetCommands((answer) => socket.write(answer));
    const read: Buffer[] = [];
    let bytes = 0;
    let cancelSilence = () => {};
    const cancelPatience = clock.after(patienceMs, () => refuse({ code: "key_required" }));
    const stop = () => {
      cancelSilence();
      cancelPatience();
      socket.off("data", take).off("end", end);
    };

    const refuse = ({ code, params }: ChatError) => {
      stop();
      options.metrics.refused(code, options.gateway);
      socket.resume();
      socket.end(`server :: ${serverWords[language](`error.${code}`, params)}\n`);
      cutWhenLate(socket, clock, () => socket.destroy());
    };

    const judge = (rest: Buffer) => {
      const line = Buffer.concat(read).toString().trim();
      const [, key] = /^\/key\s+(.+)$/su.exec(line) ?? [];
      if (key === undefined && readsLikeHttp(line)) return socket.destroy();
      const error: ChatError | undefined = key === undefined ? { code: "key_required" } : judgeKey(key, address);
      if (error) return refuse(error);
      stop();
      // Held until the gateway has begun to read.
      socket.pause();
      if (rest.length > 0) socket.unshift(rest);
      socket.resume();
      return accept(socket, address);
    };

    function take(chunk: Buffer): void {
      cancelSilence();
      const ending = chunk.indexOf(lineFeed);
      const begun = ending === -1 ? chunk : chunk.subarray(0, ending);
      // With what telnet negotiates: who does nothing else is not listened to either.
      bytes += begun.length;
      if (bytes > maxBytes) return refuse({ code: "key_required" });
      read.push(telnet.strip(begun));
      if (ending !== -1) judge(chunk.subarray(ending + 1));
      else if (read.some(({ length }) => length > 0))
        cancelSilence = clock.after(silenceMs, () => judge(Buffer.alloc(0)));
    }

    function end(): void {
      stop();
      socket.end();
    }

    socket.on("error", () => {});
    socket.on("data", take).on("end", end).once("close", stop);
  };
}
