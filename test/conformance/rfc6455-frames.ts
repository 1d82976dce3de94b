import { clientFrame, fragments, opcodes } from "../support/wire.ts";
import { type Case, eachByte, half, refused, row, thai } from "./exchange.ts";

const { continuation, text, binary, ping, pong } = opcodes;

/** The bounds of the server under test. */
export const maxFrame = 65_536;
const maxFragments = 64;

const framing: readonly Case[] = [
  ...[0, 1, 4].map((length) =>
    row("5.2", `a text of ${length} bytes is a frame like any other`, ({ say }) => ({
      send: [clientFrame(text, say("x".repeat(length)))],
      heard: length === 0 ? [] : ["x".repeat(length)],
    })),
  ),
  ...[125, 126, 127, 128, 65_535, maxFrame].map((length) =>
    row("5.2", `a payload of ${length} bytes arrives whole`, ({ say, ofLength }) => ({
      send: [clientFrame(text, say(ofLength(length)))],
      heard: [ofLength(length)],
    })),
  ),
  row("5.2", "a length field longer than it need be still tells the length", ({ say }) => ({
    send: [
      clientFrame(text, say("long 16"), { lengthBytes: 2 }),
      clientFrame(text, say("long 64"), { lengthBytes: 8 }),
    ],
    heard: ["long 16", "long 64"],
  })),
  row("5.3", "a mask of zeros and one of ones unmask like any other", ({ say }) => ({
    send: [0, 255].map((byte) => clientFrame(text, say(`mask ${byte}`), { mask: Buffer.alloc(4, byte) })),
    heard: ["mask 0", "mask 255"],
  })),
  row("5.2", "a frame that comes a byte at a time is understood", ({ say }) => ({
    send: eachByte(clientFrame(text, say(thai))),
    heard: [thai],
  })),
  row("5.2", "twenty frames in one piece are twenty messages, in their order", ({ say }) => {
    const all = Array.from({ length: 20 }, (_, index) => `part ${index}`);
    return { send: [Buffer.concat(all.map((said) => clientFrame(text, say(said))))], heard: all };
  }),
  row("5.6", "binary comes back where anybody reads it, else it is refused", ({ readsBinary }) => ({
    send: [clientFrame(binary, "\u0000\u001b")],
    ...(readsBinary ? { heard: ["\u0000\u001b"] } : { close: 1003 }),
  })),
  refused("5.1", "a frame without a mask is refused", 1002, ({ say }) => [
    clientFrame(text, say("bare"), { isMasked: false }),
  ]),
  refused("5.1", "a ping without a mask is refused", 1002, () => [clientFrame(ping, "", { isMasked: false })]),
];

const pings: readonly Case[] = [
  row("5.5.2", "a ping without a payload is answered by a pong without one", () => ({
    send: [clientFrame(ping)],
    pongs: [""],
  })),
  row("5.5.2", "pings are answered with their own payload, in their order, up to 125 bytes", () => {
    const all = ["1", thai, "p".repeat(125)];
    return { send: all.map((payload) => clientFrame(ping, payload)), pongs: all };
  }),
  row("5.5.2", "a ping a byte at a time is answered", () => ({
    send: eachByte(clientFrame(ping, "slowly")),
    pongs: ["slowly"],
  })),
  row("5.5.3", "a pong that nobody asked for is passed over", () => ({
    send: [clientFrame(pong), clientFrame(pong, "unasked")],
  })),
  refused("5.5", "a ping of 126 bytes is refused", 1002, () => [clientFrame(ping, "p".repeat(126))]),
  refused("5.5", "a pong of 126 bytes is refused", 1002, () => [clientFrame(pong, "p".repeat(126))]),
  refused("5.5", "a ping in fragments is refused", 1002, () => [clientFrame(ping, "a", { isFinal: false })]),
];

const reservedBits: readonly Case[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((reserved) =>
    refused("5.2", `reserved bits ${reserved.toString(2).padStart(3, "0")} are refused`, 1002, ({ say }) => [
      clientFrame(text, say("reserved"), { reserved }),
    ]),
  ),
  ...[1, 2, 4].flatMap((reserved) => [
    refused("5.2", `a ping with reserved bits ${reserved.toString(2)} is refused`, 1002, () => [
      clientFrame(ping, "", { reserved }),
    ]),
    refused("5.2", `a continuation with reserved bits ${reserved.toString(2)} is refused`, 1002, ({ say }) => [
      clientFrame(text, say("begun"), { isFinal: false }),
      clientFrame(continuation, "", { reserved }),
    ]),
  ]),
];

const reservedOpcodes: readonly Case[] = [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].flatMap((opcode) => [
  refused("5.2", `opcode ${opcode.toString(16)} is refused`, 1002, () => [clientFrame(opcode)]),
  row("5.2", `what was said before opcode ${opcode.toString(16)} is heard, what follows is not`, ({ say }) => ({
    send: [clientFrame(text, say("before")), clientFrame(opcode, "?"), clientFrame(text, say("after"))],
    heard: ["before"],
    close: 1002,
  })),
]);

const fragmentation: readonly Case[] = [
  row("5.4", "a message in two fragments, and in two with nothing in them, is one", ({ say }) => ({
    send: [
      fragments(text, half(say("in two"))),
      fragments(text, [Buffer.alloc(0), say("empty first"), Buffer.alloc(0)]),
    ],
    heard: ["in two", "empty first"],
  })),
  row("5.4", "control frames between fragments are answered at once and spoil nothing", ({ say }) => {
    const [first = "", second = ""] = half(say("interleaved"));
    return {
      send: [
        clientFrame(text, first, { isFinal: false }),
        clientFrame(ping, "between"),
        clientFrame(pong, "unasked"),
        clientFrame(continuation, second),
      ],
      heard: ["interleaved"],
      pongs: ["between"],
    };
  }),
  row("5.4", `a message of ${maxFragments} fragments arrives whole`, ({ say }) => {
    const payload = say("f".repeat(100));
    const pieces = Array.from({ length: maxFragments }, (_, index) =>
      payload.subarray(index, index === maxFragments - 1 ? undefined : index + 1),
    );
    return { send: [fragments(text, pieces)], heard: ["f".repeat(100)] };
  }),
  refused("5.4", "a message of more fragments is refused as a flood", 1008, () => [
    fragments(text, Array(maxFragments + 1).fill(Buffer.from("f"))),
  ]),
  refused("5.4", "a continuation of nothing is refused", 1002, () => [clientFrame(continuation, "of what")]),
  refused("5.4", "an unfinished continuation of nothing is refused", 1002, () => [
    clientFrame(continuation, "of what", { isFinal: false }),
  ]),
  row("5.4", "a continuation after a whole message is refused", ({ say }) => ({
    send: [Buffer.concat([fragments(text, half(say("whole"))), clientFrame(continuation, "more")])],
    heard: ["whole"],
    close: 1002,
  })),
  ...[text, binary].map((opcode) =>
    refused("5.4", `a new message (opcode ${opcode}) inside an unfinished one is refused`, 1002, ({ say }) => [
      clientFrame(text, say("begun"), { isFinal: false }),
      clientFrame(opcode, say("inside")),
    ]),
  ),
];

const header = (length: bigint, opcode: number = text) =>
  clientFrame(opcode, "", { length, lengthBytes: 8 }).subarray(0, 14);

const limits: readonly Case[] = [
  refused("7.4.1", "a payload past the bound is refused, at its header", 1009, () => [header(BigInt(maxFrame + 1))]),
  refused("7.4.1", "binary past the bound is refused, at its header", 1009, () => [header(2n ** 32n, binary)]),
  refused("5.2", "a length past 2^53 is refused", 1009, () => [header(2n ** 60n)]),
  refused("5.2", "a length with the top bit set is refused", 1009, () => [header(2n ** 63n + 4n)]),
  refused("7.4.1", "fragments that together pass the bound are refused", 1009, () => [
    fragments(text, Array(3).fill(Buffer.alloc(maxFrame / 2, "x"))),
  ]),
  refused("5.5", "a ping that tells 64 bits of length is refused", 1002, () => [header(200n, ping)]),
];

/** RFC 6455 §5 as bytes, by the groups of the Autobahn test suite: what a frame and a message are. */
export const frameCases: readonly Case[] = [
  ...framing,
  ...pings,
  ...reservedBits,
  ...reservedOpcodes,
  ...fragmentation,
  ...limits,
];
