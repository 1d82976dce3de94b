import { clientFrame, closePayload, fragments, opcodes } from "../support/wire.ts";
import { bytesOf, type Case, eachByte, half, refused, row, thai } from "./exchange.ts";

const { text, close, ping, pong } = opcodes;

const mixed = "aé\u0e19\u0e49\u{1f469}\u200d\u{1f680}שלום Ї";

/** Well-formed by RFC 3629, edges and noncharacters included. */
const validTexts = [
  "κόσμε",
  thai,
  mixed,
  "\u0080\u07ff\u0800\uffff",
  "\u{10000}\u{10ffff}",
  "\ud7ff\ue000\ufffd",
  "a\ufeffb\ufffe\u{1fffe}",
];

/** Ill-formed by RFC 3629 §3 and §4. */
const invalidTexts: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["a lone continuation byte", bytesOf(0x80)],
  ["a lead byte without its continuation", bytesOf(0xc3, 0x28)],
  ["three of four bytes", bytesOf(0xf0, 0x9f, 0x91)],
  ["an overlong slash", bytesOf(0xc0, 0xaf)],
  ["an overlong NUL", bytesOf(0xc0, 0x80)],
  ["an overlong three-byte form", bytesOf(0xe0, 0x80, 0xaf)],
  ["an overlong four-byte form", bytesOf(0xf0, 0x80, 0x80, 0xaf)],
  ["a lone surrogate", bytesOf(0xed, 0xa0, 0x80)],
  ["a pair of surrogates", bytesOf(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
  ["a code point past U+10FFFF", bytesOf(0xf4, 0x90, 0x80, 0x80)],
  ["a five-byte form", bytesOf(0xf8, 0x88, 0x80, 0x80, 0x80)],
  ["a six-byte form", bytesOf(0xfc, 0x84, 0x80, 0x80, 0x80, 0x80)],
  ["byte FE", bytesOf(0xfe)],
  ["byte FF", bytesOf(0xff)],
];

const utf8: readonly Case[] = [
  ...validTexts.map((valid) =>
    row("8.1", `${JSON.stringify(valid)} is UTF-8`, ({ say }) => ({
      send: [clientFrame(text, say(valid))],
      heard: [valid],
    })),
  ),
  row("8.1", "a text split between two frames at any byte is whole again", ({ say }) => {
    const payload = say(mixed);
    const splits = Array.from({ length: payload.length - 1 }, (_, index) => index + 1);
    return {
      send: splits.map((at) => fragments(text, [payload.subarray(0, at), payload.subarray(at)])),
      heard: splits.map(() => mixed),
    };
  }),
  row("8.1", "a text with a byte a frame, and a byte a segment, is whole again", ({ say }) => ({
    send: [fragments(text, eachByte(say("น้\u{1f44b}é"))), ...eachByte(fragments(text, half(say(mixed))))],
    heard: ["น้\u{1f44b}é", mixed],
  })),
  ...invalidTexts.flatMap(([what, bytes]) => [
    refused("8.1", `${what} is no text`, 1007, ({ say }) => [clientFrame(text, say(bytes))]),
    refused("8.1", `${what}, in two frames behind good text, is no text`, 1007, ({ say }) => [
      fragments(text, half(say(Buffer.concat([Buffer.from(thai), bytes])))),
    ]),
  ]),
  row("8.1", "a ping and a pong may carry what is no text", () => ({
    send: [clientFrame(ping, bytesOf(0xff)), clientFrame(pong, bytesOf(0xfe))],
    pongs: [bytesOf(0xff).toString()],
  })),
];

const goodCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const badCodes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const closing: readonly Case[] = [
  row("5.5.1", "a Close without a code is answered by one without a code", () => ({
    send: [clientFrame(close)],
    close: "without a code",
  })),
  ...goodCodes.map((code) =>
    refused("7.4", `a Close with ${code} is answered by ${code}`, code, () => [
      clientFrame(close, closePayload(code, thai)),
    ]),
  ),
  ...badCodes.map((code) =>
    refused("7.4", `a Close with ${code}, which nobody may send, is refused`, 1002, () => [
      clientFrame(close, closePayload(code)),
    ]),
  ),
  refused("5.5.1", "a Close with a reason of 123 bytes is answered", 1000, () => [
    clientFrame(close, closePayload(1000, "r".repeat(123))),
  ]),
  refused("5.5.1", "a Close with half a code is refused", 1002, () => [clientFrame(close, bytesOf(3))]),
  refused("5.5", "a Close of 126 bytes is refused", 1002, () => [
    clientFrame(close, closePayload(1000, "r".repeat(124))),
  ]),
  refused("5.5", "a Close in fragments is refused", 1002, () => [
    clientFrame(close, closePayload(1000), { isFinal: false }),
  ]),
  refused("5.5.1", "a reason that is not UTF-8 is refused", 1007, () => [
    clientFrame(close, closePayload(1000, bytesOf(0xc3, 0x28))),
  ]),
  row("5.5.1", "what follows a Close is not heard, a second Close and a ping are not answered", ({ say }) => ({
    send: [
      Buffer.concat([
        clientFrame(close, closePayload(1000)),
        clientFrame(text, say("too late")),
        clientFrame(ping, "too late"),
        clientFrame(close, closePayload(1001)),
      ]),
    ],
    close: 1000,
  })),
  refused("5.5.1", "a Close inside an unfinished message ends the connection, and the message", 1000, ({ say }) => [
    clientFrame(text, say("begun"), { isFinal: false }),
    clientFrame(close, closePayload(1000)),
  ]),
];

/** RFC 6455 §7 and §8 as bytes, by the groups of the Autobahn test suite: what a text and a farewell are. */
export const payloadCases: readonly Case[] = [...utf8, ...closing];
