import type { AccountFrame } from "../protocol/account-frames.ts";
import type { ClientFrame } from "../protocol/client-frames.ts";
import { accepted, type Result, refused, unreachable } from "../protocol/codes.ts";
import type { DisplayName, RoomName } from "../protocol/ids.ts";
import { historyDefault, protocolVersion } from "../protocol/limits.ts";
import { defaultRoom } from "../protocol/names.ts";
import { answerAccountFrame } from "./account-commands.ts";
import type { Hub } from "./hub.ts";
import { joinRoom } from "./join.ts";
import { messageFrame, timeOf } from "./messages.ts";
import type { Person } from "./people.ts";
import type { Post } from "./post.ts";
import type { Marks, Place, Session } from "./session.ts";
import { type Soon, then } from "./soon.ts";

/** The commands that become events of a room's log. */
type EventCommand = "message" | "edit" | "delete" | "react" | "topic";
const eventCommands: ReadonlySet<string> = new Set<EventCommand>(["message", "edit", "delete", "react", "topic"]);

/** Whether a command is something to be stored: it counts as a message, and not as one of the other frames. */
export const isForTheLog = ({ type }: ClientFrame): boolean => eventCommands.has(type);

type FrameOf<T extends ClientFrame["type"]> = Extract<ClientFrame, { type: T }>;

/** Carries out one command of a client, or refuses it by name; done when it returns, or when the promise is settled. */
export function carryOut(hub: Hub, session: Session, command: ClientFrame): Soon<void> {
  switch (command.type) {
    case "hello":
      return greet(hub, session, command);
    case "join":
      return join(hub, session, command);
    case "message":
      return post(session, command, { kind: "message", text: command.text, target: command.reply_to });
    case "edit":
      return post(session, command, { kind: "edit", text: command.text, target: command.target });
    case "delete":
      return post(session, command, { kind: "delete", text: "", target: command.target });
    case "react": {
      const kind = (command.active ?? true) ? "react" : "unreact";
      return post(session, command, { kind, text: command.emoji, target: command.target });
    }
    case "topic":
      return post(session, command, { kind: "topic", text: command.text });
    case "typing":
      return type(session, command);
    case "rename":
      return rename(hub, session, command.name, command);
    case "history":
      return showHistory(session, command);
    case "search":
      return search(hub, session, command);
    case "leave":
      return leave(hub, session, command);
    case "rooms":
      return listRooms(hub, session, command);
    case "read":
      return markRead(hub, session, command);
    case "direct":
      return openDirect(hub, session, command);
    case "ping":
      return session.send({ type: "pong" });
    case "claim":
    case "login":
    case "change_passphrase":
    case "unclaim":
    case "sessions":
    case "end_session":
      return identify(hub, session, command);
    default:
      return unreachable(command);
  }
}

/** What ties an answer to the command that it answers. */
export const marksOf = (command: ClientFrame): Marks => ("ref" in command ? { ref: command.ref } : {});

function greet(hub: Hub, session: Session, hello: FrameOf<"hello">): Soon<void> {
  if (hello.v != null && hello.v !== protocolVersion) return session.close("version_not_served");
  if (hello.lang) session.connection.setLanguage(hello.lang);
  if (!session.person) return then(session.introduce(hello, {}), () => {});
  if (hello.name) return rename(hub, session, hello.name, {});
  session.sendWelcome();
}

function join(hub: Hub, session: Session, command: FrameOf<"join">): Soon<void> {
  return then(whoJoins(hub, session, command), (person) =>
    person && !session.ended ? joinAs(hub, session, person, command) : undefined,
  );
}

/** Who this is, by the name that they ask for; nobody if they were refused. */
function whoJoins(hub: Hub, session: Session, command: FrameOf<"join">): Soon<Person | undefined> {
  const greeted = session.person;
  if (!greeted) return session.introduce(command, command);
  const { name } = command;
  if (!name || name === greeted.user.name) return greeted;
  return then(renamed(hub, session, name, command), (ok) => {
    if (!ok) return undefined;
    // With the token that has the new name.
    session.sendWelcome();
    return greeted;
  });
}

function joinAs(hub: Hub, session: Session, person: Person, command: FrameOf<"join">): Soon<void> {
  const room = command.room ?? defaultRoom;
  const { maxJoins } = hub.limits;
  if (maxJoins > 0 && session.places.size >= maxJoins && !session.places.has(room)) {
    return session.refuse({ code: "too_many_rooms", params: { max: maxJoins } }, command);
  }
  return joinRoom(hub, session, person, room, {
    since: command.since ?? undefined,
    history: command.history ?? historyDefault,
    ref: command.ref ?? undefined,
  });
}

/** Says something, or changes what was said: all of it goes the one way into the log. [S1] [E1] */
function post(
  session: Session,
  command: FrameOf<EventCommand>,
  event: Pick<Post, "kind" | "text" | "target">,
): Soon<void> {
  const place = placeFor(session, command.room);
  if (!place.ok) return session.refuse(place.error, command);
  const { name: room } = place.value.room;
  const { person, countedAs } = session;
  if (!person) return session.refuse({ code: "not_joined" }, command);
  const { address } = session.connection;
  return session.sends.post(
    { room, user: person.user, ...event, id: command.id, countedAs, address },
    (outcome, id) => {
      if (session.ended) return;
      if (!outcome.ok) return session.refuse(outcome.error, { id }, room);
      const { event: stored, dup } = outcome.value;
      session.send({ type: "ack", id: stored.id, room, seq: stored.seq, ts: timeOf(stored), dup }, room);
    },
  );
}

function type(session: Session, typing: FrameOf<"typing">): void {
  const place = placeFor(session, typing.room);
  if (!place.ok) return session.refuse(place.error);
  if (!session.person) return;
  if (typing.active ?? true) place.value.room.typing.start(session.person.user);
  else place.value.room.typing.stop(session.person.user.id);
}

function rename(hub: Hub, session: Session, name: DisplayName, marks: Marks): Soon<void> {
  if (!session.person) return session.refuse({ code: "not_joined" }, marks);
  return then(renamed(hub, session, name, marks), (ok) => {
    if (ok) session.sendWelcome(marks.ref);
  });
}

/** What is asked about the own name and sessions; who has not said who they are is somebody new. */
async function identify(hub: Hub, session: Session, frame: AccountFrame): Promise<void> {
  const { agent = "", address } = session.connection;
  if (frame.type === "login") {
    const token = await hub.identity.login(frame, { agent, address });
    if (session.ended) return;
    return token.ok ? await session.become(token.value, frame) : session.refuse(token.error, frame);
  }
  const name = frame.type === "claim" ? frame.name : undefined;
  const person = session.person ?? (await session.introduce({ name }, {}));
  if (!person || !session.tokenSession) return;
  const answer = await answerAccountFrame(hub, person, { session: session.tokenSession, agent, address }, frame);
  if (session.ended) return;
  return answer.ok ? session.send(answer.value) : session.refuse(answer.error, frame);
}

function renamed(hub: Hub, session: Session, name: DisplayName, marks: Marks): Soon<boolean> {
  const { person } = session;
  if (!person) return false;
  return then(hub.members.rename(person, name), (outcome) => {
    if (session.ended) return false;
    if (!outcome.ok) session.refuse(outcome.error, marks);
    return outcome.ok;
  });
}

async function showHistory(session: Session, request: FrameOf<"history">): Promise<void> {
  const place = placeFor(session, request.room);
  if (!place.ok) return session.refuse(place.error, request);
  const { room, seat } = place.value;
  const limit = request.limit ?? historyDefault;
  const { events, more } = await (request.after != null
    ? room.pageAfter(request.after, limit, "message")
    : room.messagesBefore(request.before ?? room.delivered + 1, limit));
  if (session.ended) return;
  const messages = events.map(messageFrame);
  const { ref } = request;
  room.audience.handOver(seat);
  await session.sendPage([
    { type: "history", room: room.name, epoch: room.epoch, messages, more, ...(ref && { ref }) },
  ]);
}

/** Looks for what was said. Nothing more is done for this line meanwhile: it searches once at a time. [Q4] */
async function search(hub: Hub, session: Session, request: FrameOf<"search">): Promise<void> {
  const found = await hub.finder.find(request, session.person?.user.id);
  if (session.ended) return;
  if (!found.ok) return session.refuse(found.error, request);
  const { events, next } = found.value;
  const { ref } = request;
  await session.sendPage([
    { type: "results", messages: events.map(messageFrame), ...(next && { next }), ...(ref && { ref }) },
  ]);
}

function leave(hub: Hub, session: Session, command: FrameOf<"leave">): void {
  const place = placeFor(session, command.room);
  if (!place.ok) return session.refuse(place.error);
  const { person } = session;
  if (!person) return;
  const { room, seat } = place.value;
  session.places.delete(room.name);
  hub.members.vacate(room, person, seat, true);
  // Their own notice confirms it: nothing of the room follows.
  session.send({ type: "user_left", room: room.name, user: person.user, count: room.presence.count });
}

async function listRooms(hub: Hub, session: Session, { after, limit, ref }: FrameOf<"rooms">): Promise<void> {
  const page = await hub.lobby.list(session.person?.user.id, after ?? undefined, limit ?? undefined);
  if (!session.ended) session.send({ type: "rooms", ...page, ...(ref && { ref }) });
}

function markRead(hub: Hub, session: Session, command: FrameOf<"read">): void {
  const place = placeFor(session, command.room);
  if (!place.ok) return session.refuse(place.error);
  const { name, delivered } = place.value.room;
  if (session.person) hub.lobby.markers.move(session.person, name, Math.min(command.seq, delivered), session);
}

async function openDirect(hub: Hub, session: Session, command: FrameOf<"direct">): Promise<void> {
  const { person } = session;
  if (!person) return session.refuse({ code: "not_joined" }, command);
  const { user, history, ref } = command;
  const room = await hub.lobby.direct(person, user);
  if (session.ended) return;
  if (!room.ok) return session.refuse(room.error, command);
  return join(hub, session, { type: "join", room: room.value, history, ref });
}

/** The room that a command is about: it may be left out while only one is joined. */
function placeFor(session: Session, name: RoomName | null | undefined): Result<Place> {
  const [only, another] = session.places.values();
  const place = name ? session.places.get(name) : another ? undefined : only;
  if (place) return accepted(place);
  return name || !another ? refused("not_joined") : refused("bad_frame", { params: { field: "room" } });
}
