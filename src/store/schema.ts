/**
 * The schema, one step a version; `PRAGMA user_version` counts the steps taken. A step that has
 * been released is never changed.
 *
 * A room is a log of events. `kind` leaves room for edits, deletions and reactions: each will be an
 * event with its own `seq`, whose `target` names the message that it is about. For a message,
 * `target` is the one it answers.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE room (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    head  INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE event (
    room_id   INTEGER NOT NULL REFERENCES room (id),
    seq       INTEGER NOT NULL,
    id        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    target    TEXT,
    user_id   TEXT NOT NULL,
    user_name TEXT NOT NULL,
    text      TEXT NOT NULL,
    ts        INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE UNIQUE INDEX event_by_id ON event (room_id, id);

  CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Marks a database file as Parlance's own: "Parl" in ASCII. https://www.sqlite.org/pragma.html#pragma_application_id */
export const applicationId = 0x5061726c;
