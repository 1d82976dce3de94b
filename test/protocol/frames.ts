import fc from "fast-check";
import type { ClientFrame } from "../../src/protocol/client-frames.ts";
import { errorStatus } from "../../src/protocol/codes.ts";
import type { DisplayName, Epoch, MessageId, RoomName, SessionId, UserId } from "../../src/protocol/ids.ts";
import { parseDisplayName, parseRoomName } from "../../src/protocol/names.ts";
import { type Passphrase, parsePassphrase } from "../../src/protocol/passphrase.ts";
import type { ServerFrame, ServerFrameOf, ServerFrameType } from "../../src/protocol/server-frames.ts";
import { oneLine } from "../../src/protocol/text.ts";

// Arbitraries of everything that travels, made from the types: the compiler sees to it that none is missing.

type FrameOf<T extends ClientFrame["type"]> = Extract<ClientFrame, { type: T }>;
/** An arbitrary of each field; a field that may be left out may be `undefined`. */
type Fields<T> = { [K in keyof Required<T>]: fc.Arbitrary<T[K] | undefined> };

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const from = (characters: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
/** A record as `JSON.parse` makes one. */
const plain = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(fields, { noNullPrototype: true });
const small = "abcdefghijklmnopqrstuvwxyz0123456789";

export const room: fc.Arbitrary<RoomName> = fc.oneof(
  fc
    .constantFrom("general", "кухня", "ห้องเรียน", "__proto__", "constructor", "prototype", "חדר")
    .map((n) => n as RoomName),
  text
    .map(parseRoomName)
    .filter((parsed) => parsed.ok)
    .map(({ value }) => value),
);
const name: fc.Arbitrary<DisplayName> = text
  .map(parseDisplayName)
  .filter((parsed) => parsed.ok)
  .map(({ value }) => value);
const id = from(`${small}ABCXYZ_-`, 16, 64).map((value) => value as MessageId);
const session = from(small, 20).map((value) => `s_${value}` as SessionId);
const passphrase: fc.Arbitrary<Passphrase> = fc
  .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
  .map(parsePassphrase)
  .filter((parsed) => parsed.ok)
  .map(({ value }) => value);
const epoch = from(small, 16).map((value) => value as Epoch);
const seq = fc.maxSafeNat();
const size = fc.nat({ max: 100 });
const ref = fc.string({ maxLength: 64 });
const emoji = fc.constantFrom("👍", "👍🏽", "👩‍👩‍👧‍👦", "🇺🇦", "#️⃣", "❤️");
/** A topic as it is stored: one line, without spaces around it. */
const topic = text.map((said) => oneLine(said).trim());
const user = plain({ id: from(small, 20).map((value) => `u_${value}` as UserId), name });
const ts = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());

/** A frame of its fields, without those that are undefined: as JSON leaves them out. */
const frame = <T extends object>(fields: Fields<T>): fc.Arbitrary<T> =>
  fc
    .tuple(...Object.entries<fc.Arbitrary<unknown>>(fields).map(([key, value]) => value.map((made) => [key, made])))
    .map((made) => Object.fromEntries(made.filter(([, value]) => value !== undefined)) as T);

const type = <T extends string>(value: T) => fc.constant(value);
const position = frame<NonNullable<FrameOf<"join">["since"]>>({ epoch, seq, id: maybe(id) });

const clientFrames: { [T in ClientFrame["type"]]: fc.Arbitrary<FrameOf<T>> } = {
  hello: frame({
    type: type("hello"),
    name: maybe(name),
    token: maybe(text),
    key: maybe(text),
    lang: maybe(text),
    v: maybe(size),
  }),
  join: frame({
    type: type("join"),
    room: maybe(room),
    name: maybe(name),
    token: maybe(text),
    since: maybe(position),
    history: maybe(size),
    ref: maybe(ref),
  }),
  message: frame({ type: type("message"), room: maybe(room), text, id: maybe(id), reply_to: maybe(id) }),
  edit: frame({ type: type("edit"), room: maybe(room), target: id, text, id: maybe(id) }),
  delete: frame({ type: type("delete"), room: maybe(room), target: id, id: maybe(id) }),
  react: frame({
    type: type("react"),
    room: maybe(room),
    target: id,
    emoji,
    active: maybe(fc.boolean()),
    id: maybe(id),
  }),
  topic: frame({ type: type("topic"), room: maybe(room), text: topic, id: maybe(id) }),
  typing: frame({ type: type("typing"), room: maybe(room), active: maybe(fc.boolean()) }),
  rename: frame({ type: type("rename"), name, ref: maybe(ref) }),
  history: frame({
    type: type("history"),
    room: maybe(room),
    before: maybe(seq),
    after: maybe(seq),
    limit: maybe(size),
    ref: maybe(ref),
  }),
  search: frame({
    type: type("search"),
    text,
    room: maybe(room),
    before: maybe(fc.tuple(epoch, seq).map((place) => place.join("-").slice(0, 32))),
    limit: maybe(fc.integer({ min: 1, max: 100 })),
    ref: maybe(ref),
  }),
  leave: frame({ type: type("leave"), room: maybe(room) }),
  ping: frame({ type: type("ping") }),
  claim: frame({ type: type("claim"), name: maybe(name), passphrase, ref: maybe(ref) }),
  login: frame({ type: type("login"), name, passphrase, ref: maybe(ref) }),
  change_passphrase: frame({
    type: type("change_passphrase"),
    passphrase,
    new_passphrase: passphrase,
    ref: maybe(ref),
  }),
  rooms: frame({
    type: type("rooms"),
    after: maybe(fc.tuple(seq, seq).map(([active, at]) => `${active % 1e15}-${at % 1e15}`)),
    limit: maybe(fc.integer({ min: 1, max: 200 })),
    ref: maybe(ref),
  }),
  read: frame({ type: type("read"), room: maybe(room), seq }),
  direct: frame({ type: type("direct"), user: text, history: maybe(size), ref: maybe(ref) }),
  unclaim: frame({ type: type("unclaim"), passphrase, ref: maybe(ref) }),
  sessions: frame({ type: type("sessions"), ref: maybe(ref) }),
  end_session: frame({
    type: type("end_session"),
    session: fc.oneof(session, fc.constant("others" as const)),
    ref: maybe(ref),
  }),
};

const change = { room, seq, id, user, ts, target: id, target_seq: seq };
const message = frame<ServerFrameOf<"message">>({
  type: type("message"),
  room,
  seq,
  id,
  user,
  text,
  ts,
  reply_to: maybe(id),
  reply_to_seq: maybe(seq),
  edited: maybe(plain({ seq, ts })),
  deleted: maybe(fc.boolean()),
  reactions: maybe(fc.array(plain({ emoji, users: fc.array(user, { maxLength: 3 }) }), { maxLength: 3 })),
});
const members = fc.array(user, { maxLength: 4 });
const limits = plain({
  max_text: seq,
  max_frame: seq,
  max_joins: seq,
  history: seq,
  send_rate: fc.double({ min: 0, max: 1e6, noNaN: true }),
  send_burst: seq,
});
const code = fc.constantFrom(...(Object.keys(errorStatus) as (keyof typeof errorStatus)[]));
const reason = fc.constantFrom("epoch" as const, "ahead" as const, "too_far" as const);
const heads = fc
  .array(fc.tuple(room, plain({ epoch, seq })), { maxLength: 5 })
  .map((entries): ServerFrameOf<"heads">["rooms"] => Object.fromEntries(entries));

const serverFrames: { [T in ServerFrameType]: fc.Arbitrary<ServerFrameOf<T>> } = {
  welcome: frame({
    type: type("welcome"),
    user,
    token: text,
    server: plain({ name: text, version: text }),
    limits,
    heartbeat_ms: seq,
    claimed: maybe(name),
    ref: maybe(ref),
  }),
  sessions: frame({
    type: type("sessions"),
    sessions: fc.array(plain({ id: session, agent: text, created: ts, seen: ts, current: fc.boolean() }), {
      maxLength: 3,
    }),
    ref: maybe(ref),
  }),
  joined: frame({
    type: type("joined"),
    room,
    epoch,
    head: seq,
    recovered: fc.boolean(),
    reason: maybe(reason),
    topic: maybe(topic),
    count: size,
    members: maybe(members),
    direct: maybe(plain({ user })),
    read: maybe(seq),
    unread: maybe(size),
    ref: maybe(ref),
  }),
  results: frame({
    type: type("results"),
    messages: fc.array(message, { maxLength: 3 }),
    next: maybe(text),
    ref: maybe(ref),
  }),
  rooms: frame({
    type: type("rooms"),
    rooms: fc.array(plain({ room, head: seq, count: size, last: plain({ ts }), direct: plain({ user }) }), {
      maxLength: 3,
    }),
    next: maybe(text),
    ref: maybe(ref),
  }),
  read: frame({ type: type("read"), room, seq }),
  invited: frame({ type: type("invited"), room, head: seq, direct: maybe(plain({ user })) }),
  history: frame({
    type: type("history"),
    room,
    epoch,
    messages: fc.array(message, { maxLength: 3 }),
    more: fc.boolean(),
    ref: maybe(ref),
  }),
  message,
  edited: frame({ type: type("edited"), ...change, text }),
  deleted: frame({ type: type("deleted"), ...change }),
  reacted: frame({ type: type("reacted"), ...change, emoji, active: fc.boolean() }),
  topic: frame({ type: type("topic"), room, seq, id, user, ts, text: topic }),
  ack: frame({ type: type("ack"), id, room, seq, ts, dup: fc.boolean() }),
  heads: frame({ type: type("heads"), rooms: heads }),
  typing: frame({ type: type("typing"), room, user, active: fc.boolean() }),
  user_joined: frame({ type: type("user_joined"), room, user, count: size }),
  user_left: frame({ type: type("user_left"), room, user, count: size }),
  user_renamed: frame({ type: type("user_renamed"), room, user, was: name }),
  members: frame({ type: type("members"), room, members, count: size }),
  presence: frame({ type: type("presence"), room, count: size }),
  notice: frame({ type: type("notice"), text, room: maybe(room), from: type("server") }),
  reconnect: frame({ type: type("reconnect"), delay_ms: size }),
  pong: frame({ type: type("pong") }),
  error: frame({
    type: type("error"),
    code,
    message: text,
    ref: maybe(ref),
    id: maybe(text),
    retry_after_ms: maybe(size),
    suggestion: maybe(name),
  }),
};

export const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  ...Object.values<fc.Arbitrary<ClientFrame>>(clientFrames),
);
export const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  ...Object.values<fc.Arbitrary<ServerFrame>>(serverFrames),
);
