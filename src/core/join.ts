import type { Position } from "../protocol/client-frames.ts";
import type { RoomName } from "../protocol/ids.ts";
import { replayLimit } from "../protocol/limits.ts";
import { mayEnter } from "./access.ts";
import { Seat } from "./audience.ts";
import type { Hub } from "./hub.ts";
import type { PersonalFields } from "./lobby.ts";
import { eventFrame, messageFrame } from "./messages.ts";
import type { Person } from "./people.ts";
import { StoreError } from "./ports.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";

interface JoinRequest {
  readonly since: Position | undefined;
  /** How many messages of history to show to who does not resume. */
  readonly history: number;
  readonly ref: string | undefined;
}

/**
 * Brings a session into a room, as a member or, without a person, as a listener whom nobody sees: `joined`, then what it
 * missed or the last page of history, then what is live, with nothing between and nothing twice. [R2] [R4]
 *
 * The seat is taken only once everything delivered so far has been written, in the same turn of the
 * loop as the last page; what happens during the reading is read from the log too. So nothing live
 * is ever queued for somebody who is still catching up.
 */
export async function joinRoom(
  hub: Hub,
  session: Session,
  person: Person | undefined,
  name: RoomName,
  request: JoinRequest,
): Promise<void> {
  if (!mayEnter(name, person?.user.id)) return session.refuse({ code: "no_such_room" }, request);
  const room = hub.hold(name);
  try {
    if (!room.isOpen) await room.open();
    const { since } = request;
    if (since?.epoch === room.epoch) await room.reach(since.seq);
    let isOurs = since && (await isOf(room, since));
    const personal = person && (await hub.lobby.personalFields(person, room));
    // What was ahead may have been reached meanwhile.
    while (since && isOurs === undefined && isWithin(room, since)) isOurs = await isOf(room, since);
    if (session.ended) return;
    if (room.isLost) return session.close("position_lost");
    // Judged in the turn of the loop in which the cut is made: while the id was looked up, more may have come.
    const lost = since && whyLost(room, since, isOurs !== false);
    const seat = new Seat(session.connection);
    const before = session.places.get(name);
    if (person) hub.members.enter(room, person, seat);
    if (before) hub.members.vacate(room, person, before.seat, true);
    session.places.set(name, { room, seat });
    await catchUp(room, session, seat, { ...request, personal }, lost).catch((error: unknown) => {
      session.places.delete(name);
      if (!session.ended) hub.members.vacate(room, person, seat, true);
      throw error;
    });
  } finally {
    hub.release(room);
  }
}

const isWithin = (room: Room, { epoch, seq }: Position): boolean => epoch === room.epoch && seq <= room.delivered;

/** Whether a position was read from this log, as far as its id tells; `undefined` while the log does not go so far. [L4] */
async function isOf(room: Room, since: Position): Promise<boolean | undefined> {
  if (since.id == null) return true;
  return isWithin(room, since) ? room.isAt(since.seq, since.id) : undefined;
}

/** Why a position cannot be resumed from; `undefined` when it can. [R2] [L4] */
function whyLost(room: Room, { epoch, seq }: Position, isOurs: boolean): "epoch" | "ahead" | "too_far" | undefined {
  if (epoch !== room.epoch) return "epoch";
  if (seq > room.delivered) return "ahead";
  if (room.delivered - seq > replayLimit) return "too_far";
  return isOurs ? undefined : "epoch";
}

async function catchUp(
  room: Room,
  session: Session,
  seat: Seat,
  request: JoinRequest & { readonly personal: PersonalFields | undefined },
  lost: "epoch" | "ahead" | "too_far" | undefined,
): Promise<void> {
  const { since, ref } = request;
  const recovered = since !== undefined && lost === undefined;
  const cut = room.delivered;
  const { version } = room.presence;
  session.send({
    type: "joined",
    room: room.name,
    epoch: room.epoch,
    head: cut,
    recovered,
    ...(lost && { reason: lost }),
    ...(room.topic && { topic: room.topic }),
    ...room.presence.roll(),
    ...request.personal,
    ...(ref && { ref }),
  });
  let written: Promise<void> | undefined;
  let at = recovered ? since.seq : cut;
  if (!recovered) {
    const read = room.messagesBefore(cut + 1, request.history);
    const { events, more } = read instanceof Promise ? await read : read;
    if (session.ended) return;
    const messages = events.map(messageFrame);
    written = session.sendPage([
      { type: "history", room: room.name, epoch: room.epoch, messages, more, ...(ref && { ref }) },
    ]);
  }
  while (at < room.delivered) {
    const read = room.pageAfter(at, replayLimit);
    const { events } = read instanceof Promise ? await read : read;
    if (session.ended) return;
    const last = events.at(-1);
    if (!last) throw new StoreError(`the log of ${room.name} ends before ${room.delivered}`, { fatal: false });
    await written;
    if (session.ended) return;
    written = session.sendPage(events.map(eventFrame));
    at = last.seq;
    if (at === room.delivered) break;
    await written;
    if (session.ended) return;
  }
  room.audience.add(seat);
  if (room.presence.version !== version) session.send(room.presence.rollFrame());
  // No further command of this client until it has read this: pages do not pile up.
  return written;
}
