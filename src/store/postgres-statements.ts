import { reactionKindsLimit, reactionsLimit } from "../protocol/events.ts";
import { statement } from "./postgres-query.ts";

const columns = "seq, id, kind, target, target_seq, user_id, user_name, text, ts";

export const makeRoom = statement(
  "make-room",
  `WITH made AS (
     INSERT INTO parlance.room (name, epoch) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id
   )
   INSERT INTO parlance.direct (user_id, room_id) SELECT DISTINCT user_id, id FROM made, unnest($3::text[]) AS user_id`,
);
export const heads = statement(
  "heads",
  "SELECT name, epoch, head, topic FROM parlance.room WHERE name = ANY($1::text[])",
);
export const rooms = statement("rooms", "SELECT name FROM parlance.room ORDER BY id");
export const begin = statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED");
export const commit = statement("commit", "COMMIT");
// In one order on every node, so that no two wait for one another.
export const lockRooms = statement(
  "lock-rooms",
  "SELECT id FROM parlance.room WHERE name = ANY($1::text[]) ORDER BY id FOR UPDATE",
);
/**
 * A statement of its own: it sees what was committed while the lock was waited for. `LIMIT 1` keeps Postgres from reading
 * the whole table, which it takes for a small one until it has counted it.
 */
export const append = statement(
  "append",
  `WITH draft AS (
     SELECT room.id AS room_id, room.epoch, room.head, given.*, known.seq AS known_seq, known.target AS known_target,
       known.target_seq AS known_target_seq, known.kind AS known_kind, known.user_id AS known_user_id,
       known.user_name AS known_user_name, known.text AS known_text, known.ts AS known_ts, answered.seq AS target_seq
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
       WITH ORDINALITY AS given (room, id, kind, target, user_id, user_name, text, ts, place)
     JOIN parlance.room ON room.name = given.room
     LEFT JOIN LATERAL (
       SELECT * FROM parlance.event WHERE event.room_id = room.id AND event.id = given.id LIMIT 1
     ) AS known ON true
     LEFT JOIN LATERAL (
       SELECT seq FROM parlance.event
       WHERE event.room_id = room.id AND event.id = given.target AND event.kind = 'message' LIMIT 1
     ) AS answered ON true
   ), numbered AS (
     SELECT *, CASE WHEN known_seq IS NULL THEN
       head + count(*) FILTER (WHERE known_seq IS NULL) OVER (PARTITION BY room_id ORDER BY place) END AS new_seq
     FROM draft
   ), stored AS (
     INSERT INTO parlance.event (room_id, ${columns})
     SELECT room_id, new_seq, id, kind, target, target_seq, user_id, user_name, text, ts
     FROM numbered WHERE new_seq IS NOT NULL
   ), moved AS (
     UPDATE parlance.room SET head = grown.head, topic = coalesce(grown.topics[1], topic),
       active = greatest(active, grown.last_ts)
     FROM (
       SELECT room_id, max(new_seq) AS head, max(ts) FILTER (WHERE kind = 'message' AND new_seq IS NOT NULL) AS last_ts,
         array_agg(text ORDER BY new_seq DESC) FILTER (WHERE kind = 'topic' AND new_seq IS NOT NULL) AS topics
       FROM numbered GROUP BY room_id
     ) AS grown
     WHERE room.id = grown.room_id AND grown.head IS NOT NULL
   )
   SELECT epoch, CASE WHEN new_seq IS NULL THEN 'known' ELSE 'stored' END AS verdict, new_seq,
     target_seq AS new_target_seq, known_seq AS seq, id, known_kind AS kind, known_target AS target,
     known_target_seq AS target_seq, known_user_id AS user_id, known_user_name AS user_name, known_text AS text,
     known_ts AS ts
   FROM numbered ORDER BY place`,
);

/**
 * One change of a message, judged by what was stored before it, and what becomes of the message. [E1] [E2] The text of what
 * is deleted is erased by a statement of its own, for CockroachDB changes a table once a statement.
 */
export const change = statement(
  "change",
  `WITH room AS (
     SELECT id AS room_id, epoch, head FROM parlance.room WHERE name = $1::text
   ), known AS (
     SELECT event.* FROM room JOIN parlance.event USING (room_id) WHERE event.id = $2::text
   ), aim AS (
     SELECT event.seq, event.user_id FROM room JOIN parlance.event USING (room_id)
     LEFT JOIN parlance.amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq
     WHERE event.id = $4::text AND event.kind = 'message' AND NOT coalesce(amendment.deleted, false)
   ), given AS (
     SELECT count(*) AS reactions, count(DISTINCT emoji) AS kinds, coalesce(bool_or(emoji = $7::text), false) AS is_there
     FROM room JOIN parlance.reaction USING (room_id) WHERE reaction.seq = (SELECT seq FROM aim)
   ), judged AS (
     SELECT CASE
       WHEN EXISTS (SELECT 1 FROM known) THEN 'known'
       WHEN NOT EXISTS (SELECT 1 FROM aim) THEN 'no_such_message'
       WHEN $9::boolean AND (SELECT user_id FROM aim) <> $5::text THEN 'not_the_author'
       WHEN $3::text = 'react'
         AND (given.reactions >= ${reactionsLimit} OR (given.kinds >= ${reactionKindsLimit} AND NOT given.is_there))
         THEN 'too_many_reactions'
       ELSE 'stored' END AS verdict
     FROM given
   ), stored AS (
     INSERT INTO parlance.event (room_id, ${columns})
     SELECT room_id, head + 1, $2::text, $3::text, $4::text, aim.seq, $5::text, $6::text, $7::text, $8::bigint
     FROM room, aim, judged WHERE verdict = 'stored'
     RETURNING room_id, seq, target_seq
   ), moved AS (
     UPDATE parlance.room SET head = stored.seq FROM stored WHERE room.id = stored.room_id
   ), amended AS (
     INSERT INTO parlance.amendment (room_id, seq, text, edited_seq, edited_ts, deleted)
     SELECT room_id, target_seq, $7::text, CASE WHEN $3::text = 'edit' THEN seq END,
       CASE WHEN $3::text = 'edit' THEN $8::bigint END, $3::text = 'delete'
     FROM stored WHERE $3::text IN ('edit', 'delete')
     ON CONFLICT (room_id, seq) DO UPDATE SET text = excluded.text, edited_seq = excluded.edited_seq,
       edited_ts = excluded.edited_ts, deleted = excluded.deleted
   ), reacted AS (
     INSERT INTO parlance.reaction (room_id, seq, emoji, user_id, user_name, since)
     SELECT room_id, target_seq, $7::text, $5::text, $6::text, seq FROM stored WHERE $3::text = 'react'
     ON CONFLICT (room_id, seq, emoji, user_id) DO NOTHING
   )
   SELECT room.epoch, judged.verdict, stored.seq AS new_seq, stored.target_seq AS new_target_seq,
     known.seq, known.id, known.kind, known.target, known.target_seq, known.user_id, known.user_name, known.text, known.ts
   FROM room CROSS JOIN judged LEFT JOIN known ON true LEFT JOIN stored ON true`,
);
/** Takes a reaction back, if the log says so: run after a change of that kind. */
export const takeBack = statement(
  "take-back",
  `DELETE FROM parlance.reaction USING parlance.room, parlance.event
   WHERE room.name = $1::text AND event.room_id = room.id AND event.id = $2::text AND event.kind = 'unreact'
     AND reaction.room_id = room.id AND reaction.seq = event.target_seq AND reaction.emoji = event.text
     AND reaction.user_id = event.user_id AND reaction.since < event.seq`,
);
/** Erases every text of a message that was deleted: run after a change of that kind. [E3] */
export const eraseText = statement(
  "erase-text",
  `UPDATE parlance.event SET text = '' FROM parlance.room, parlance.amendment
   WHERE room.name = $1::text AND event.room_id = room.id AND amendment.room_id = room.id AND amendment.deleted
     AND amendment.seq = (SELECT seq FROM parlance.event AS message WHERE message.room_id = room.id AND message.id = $2::text)
     AND (event.seq = amendment.seq OR (event.kind = 'edit' AND event.target_seq = amendment.seq))`,
);
/** The same for its reactions. */
export const eraseReactions = statement(
  "erase-reactions",
  `DELETE FROM parlance.reaction USING parlance.room, parlance.amendment
   WHERE room.name = $1::text AND reaction.room_id = room.id AND amendment.room_id = room.id AND amendment.deleted
     AND amendment.seq = reaction.seq
     AND amendment.seq = (SELECT seq FROM parlance.event AS message WHERE message.room_id = room.id AND message.id = $2::text)`,
);

/** A page, and how many rows there were before its bytes were counted: no more are sent than it has, and one. */
const page = (name: string, range: string, order: "ASC" | "DESC") =>
  statement(
    name,
    `SELECT sized.*, (
       SELECT json_agg(json_build_array(emoji, reaction.user_id, reaction.user_name) ORDER BY since)
       FROM parlance.reaction WHERE reaction.room_id = sized.room_id AND reaction.seq = sized.seq
     ) AS reactions
     FROM (
       SELECT *, count(*) OVER () AS found, sum(octet_length(text)) OVER (ORDER BY seq ${order}) AS bytes
       FROM (
         SELECT event.room_id, event.seq, id, kind, target, target_seq, user_id, user_name,
           coalesce(amendment.text, event.text) AS text, ts, edited_seq, edited_ts, deleted
         FROM parlance.event
         LEFT JOIN parlance.amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq
         WHERE event.room_id = (SELECT id FROM parlance.room WHERE name = $1) AND ${range}
         ORDER BY event.seq ${order} LIMIT $2
       ) AS page
     ) AS sized WHERE bytes - octet_length(text) <= $3 ORDER BY seq ${order}`,
  );
const after = "event.seq > $4 AND event.seq <= $5";
const before = "event.seq < $4";
const messagesOnly = "event.kind = 'message'";
export const pagesAfter = {
  all: page("page-after", after, "ASC"),
  messages: page("messages-after", `${after} AND ${messagesOnly}`, "ASC"),
};
export const pagesBefore = {
  all: page("page-before", before, "DESC"),
  messages: page("messages-before", `${before} AND ${messagesOnly}`, "DESC"),
};

/** Events as they are now, wherever they are, each with its number among those that were asked for. */
export const eventsAt = statement(
  "events-at",
  `SELECT place.number, room.name AS room, event.seq, event.id, kind, target, target_seq, event.user_id, event.user_name,
     coalesce(amendment.text, event.text) AS text, ts, edited_seq, edited_ts, deleted, (
       SELECT json_agg(json_build_array(emoji, reaction.user_id, reaction.user_name) ORDER BY since)
       FROM parlance.reaction WHERE reaction.room_id = event.room_id AND reaction.seq = event.seq
     ) AS reactions
   FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS place (room_id, seq, number)
   JOIN parlance.event ON event.room_id = place.room_id AND event.seq = place.seq
   JOIN parlance.room ON room.id = event.room_id
   LEFT JOIN parlance.amendment ON amendment.room_id = event.room_id AND amendment.seq = event.seq
   ORDER BY place.number`,
);
