import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { mayEnter } from "../core/access.ts";
import type { Hub } from "../core/hub.ts";
import type { Person } from "../core/people.ts";
import type { Language } from "../locales/words.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import { parseAnyRoomName } from "../protocol/direct.ts";
import { optional, refusalOf, wholeNumberField } from "../protocol/fields.ts";
import type { RoomName } from "../protocol/ids.ts";
import { roomsLimit } from "../protocol/limits.ts";
import { listCursorField } from "../protocol/room-frames.ts";
import { bearerToken, countField, type RoomRoute, readFields } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";

export const listSchema = v.object({ after: optional(listCursorField), limit: optional(countField(roomsLimit)) });
export const readSchema = v.object({ seq: wholeNumberField });
export const directSchema = v.object({ user: v.string() });

/**
 * Rooms without a socket. `GET /rooms` lists them by latest message, with a token also one's direct conversations and
 * what one has read. [P2] `POST /rooms/{room}` enters one: makes it if it is new, and answers `{room, epoch, head, count}`
 * and, with a token, what is unread. `POST /rooms/{room}/read` takes `{seq}`, up to where its owner has read. [P3] `POST
 * /api/v1/direct` takes `{user}`, a name or an id, and enters the direct conversation with them. [P1]
 */
export function addRoomsGateway(app: FastifyInstance, hub: Hub, language: Language): void {
  app.get("/rooms", async (request, reply) => {
    const query = v.safeParse(listSchema, request.query, { abortEarly: true });
    if (!query.success) return sendProblem(reply, refusalOf(query.issues).error, language);
    const { after, limit } = query.output;
    const user = hub.people.userOf(bearerToken(request));
    return answer(reply, async () => accepted(await hub.lobby.list(user, after ?? undefined, limit ?? undefined)));
  });

  app.post<RoomRoute>("/rooms/:room", async (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    return answer(reply, () => asOwner(request, (person) => enter(room.value, person)));
  });

  app.post<RoomRoute>("/rooms/:room/read", async (request, reply) => {
    const room = parseAnyRoomName(request.params.room);
    if (!room.ok) return sendProblem(reply, room.error, language);
    const wish = readFields(readSchema, request.body);
    return answer(reply, () =>
      asOwner(request, async (person) => {
        if (!wish.ok) return wish;
        if (!person) return refused("token_required");
        const found = await hub.reader.find(room.value, person.user.id);
        if (!found.ok) return found;
        const seq = Math.min(wish.value.seq, found.value.head);
        hub.lobby.markers.move(person, room.value, seq);
        return accepted({ room: room.value, seq });
      }),
    );
  });

  app.post("/api/v1/direct", async (request, reply) => {
    const wish = readFields(directSchema, request.body);
    return answer(reply, () =>
      asOwner(request, async (person) => {
        if (!wish.ok) return wish;
        if (!person) return refused("token_required");
        const room = await hub.lobby.direct(person, wish.value.user);
        return room.ok ? enter(room.value, person) : room;
      }),
    );
  });

  async function enter(name: RoomName, person: Person | undefined): Promise<Result<object>> {
    if (!mayEnter(name, person?.user.id)) return refused("no_such_room");
    const room = hub.hold(name);
    try {
      await room.open();
      const personal = person && (await hub.lobby.personalFields(person, room));
      const { epoch, delivered: head, topic } = room;
      const { count } = room.presence;
      return accepted({ room: name, epoch, head, count, ...(topic && { topic }), ...personal });
    } finally {
      hub.release(room);
    }
  }

  /** Does something as the owner of the request's token; without one, as nobody. */
  async function asOwner(
    request: FastifyRequest,
    work: (person: Person | undefined) => Promise<Result<object>>,
  ): Promise<Result<object>> {
    const token = bearerToken(request);
    const proven = hub.people.prove(token);
    if (!proven.ok) return proven;
    const bearer = proven.value;
    if (!bearer) return work(undefined);
    hub.identity.saw(bearer);
    const { user } = bearer;
    // Who has no line is nobody's neighbour: no name is taken for one request.
    return work(hub.people.find(user.id) ?? { user, returned: true, holds: 0, renames: 0 });
  }

  async function answer(reply: FastifyReply, work: () => Promise<Result<object>>) {
    const outcome = await work().catch((error: unknown) =>
      hub.unavailable(error, "a request about rooms could not be carried out"),
    );
    if (!outcome.ok) return sendProblem(reply, outcome.error, language);
    return reply.header("cache-control", "no-store").send(outcome.value);
  }
}
