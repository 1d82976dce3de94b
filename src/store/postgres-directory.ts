import type { Client } from "pg";
import {
  changesLimit,
  type ListedRoom,
  type ReadMarker,
  type ReadState,
  type RoomDirectory,
  unreadLimit,
} from "../core/room-directory.ts";
import { otherOf } from "../protocol/direct.ts";
import type { DisplayName, RoomName, UserId } from "../protocol/ids.ts";
import type { User } from "../protocol/server-frames.ts";
import { allOf, statement } from "./postgres-query.ts";
import { fromPostgres, toPostgres } from "./postgres-text.ts";

const columns = "room.id, room.name, room.head, room.topic, room.active";
const page = "(room.active, room.id) < ($2::bigint, $3::bigint) ORDER BY active DESC, id DESC LIMIT $4";
const unread = (upTo: string, range: string) =>
  `least(${unreadLimit}, greatest(0, ${upTo} - read_marker.seq - (SELECT count(*) FROM (
     SELECT FROM parlance.event WHERE event.room_id = room.id AND ${range} AND kind <> 'message' LIMIT ${changesLimit}
   ) AS change)))`;

const list = statement(
  "list-rooms",
  `SELECT room.*, read_marker.seq AS read, ${unread("room.head", "event.seq > read_marker.seq")} AS unread
   FROM (
     SELECT * FROM (
       (SELECT ${columns}, NULL AS other_name FROM parlance.room WHERE name NOT LIKE '@%' AND ${page})
       UNION ALL
       (SELECT ${columns}, direct.other_name FROM parlance.direct JOIN parlance.room ON room.id = direct.room_id
        WHERE direct.user_id = $1 AND room.active > 0 AND ${page})
     ) AS either ORDER BY active DESC, id DESC LIMIT $4
   ) AS room
   LEFT JOIN parlance.read_marker ON read_marker.user_id = $1 AND read_marker.room_id = room.id
   ORDER BY active DESC, id DESC`,
);
const readStates = statement(
  "read-states",
  `SELECT place, read_marker.seq AS read,
     ${unread("asked.up_to", "event.seq > read_marker.seq AND event.seq <= asked.up_to")} AS unread
   FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS asked (user_id, room, up_to, place)
   JOIN parlance.room ON room.name = asked.room
   JOIN parlance.read_marker ON read_marker.user_id = asked.user_id AND read_marker.room_id = room.id`,
);
// In one order on every node, so that no two wait for one another.
const markRead = statement(
  "mark-read",
  `INSERT INTO parlance.read_marker AS known (user_id, room_id, seq)
   SELECT given.user_id, room.id, max(least(given.seq, room.head))
   FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (user_id, room, seq)
   JOIN parlance.room ON room.name = given.room GROUP BY given.user_id, room.id ORDER BY given.user_id, room.id
   ON CONFLICT (user_id, room_id) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > known.seq`,
);
const nameDirect = statement(
  "name-direct",
  `UPDATE parlance.direct SET other_name = given.name
   FROM parlance.room, unnest($2::text[], $3::text[]) AS given (user_id, name)
   WHERE room.name = $1 AND direct.room_id = room.id AND direct.user_id = given.user_id
     AND direct.other_name <> given.name`,
);

const directNames = statement(
  "direct-names",
  `SELECT user_id, other_name FROM parlance.direct JOIN parlance.room ON room.id = direct.room_id
   WHERE room.name = $1 AND other_name <> ''`,
);

interface NameRow {
  readonly user_id: UserId;
  readonly other_name: string;
}

interface ReadRow {
  readonly read: string | null;
  readonly unread: string | null;
}

interface ListRow extends ReadRow {
  readonly id: string;
  readonly name: RoomName;
  readonly head: string;
  readonly topic: string;
  readonly active: string;
  readonly other_name: string | null;
}

/** What stands beside the logs of a Postgres database, by one connection. */
export class PostgresDirectory implements RoomDirectory {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async list({ user, after, limit }: Parameters<RoomDirectory["list"]>[0]): ReturnType<RoomDirectory["list"]> {
    const values = [user ?? "", after?.active ?? Number.MAX_SAFE_INTEGER, after?.id ?? 0, limit + 1];
    const { rows } = await this.#client.query<ListRow>({ ...list, values });
    return { rooms: rows.slice(0, limit).map(listedRoom), more: rows.length > limit };
  }

  async readStates(asked: Parameters<RoomDirectory["readStates"]>[0]): ReturnType<RoomDirectory["readStates"]> {
    const values = [asked.map(({ user }) => user), asked.map(({ room }) => room), asked.map(({ upTo }) => upTo)];
    const { rows } = await this.#client.query<ReadRow & { place: string }>({ ...readStates, values });
    const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
    return asked.map((_, index) => readState(byPlace.get(index + 1)));
  }

  async markRead(markers: readonly ReadMarker[]): Promise<void> {
    const values = [markers.map(({ user }) => user), markers.map(({ room }) => room), markers.map(({ seq }) => seq)];
    await this.#client.query({ ...markRead, values });
  }

  async nameDirect(room: RoomName, users: readonly User[]): Promise<readonly User[]> {
    const given = users.flatMap(({ id, name }) => {
      const other = otherOf(room, id);
      return other ? [{ other, name }] : [];
    });
    const values = [room, given.map(({ other }) => other), given.map(({ name }) => toPostgres(name))];
    const [, { rows }] = await allOf([
      this.#client.query({ ...nameDirect, values }),
      this.#client.query<NameRow>({ ...directNames, values: [room] }),
    ]);
    return rows.flatMap(({ user_id, other_name }) => {
      const named = otherOf(room, user_id);
      return named ? [{ id: named, name: fromPostgres(other_name) as DisplayName }] : [];
    });
  }
}

const readState = (row: ReadRow | undefined): ReadState | undefined =>
  row?.read == null ? undefined : { seq: Number(row.read), unread: Number(row.unread) };

function listedRoom(row: ListRow): ListedRoom {
  const read = readState(row);
  return {
    room: row.name,
    id: Number(row.id),
    active: Number(row.active),
    head: Number(row.head),
    ...(row.topic && { topic: fromPostgres(row.topic) }),
    ...(row.other_name && { otherName: fromPostgres(row.other_name) as DisplayName }),
    ...(read && { read }),
  };
}
