/**
 * The schema, one step a version; `PRAGMA user_version` counts the steps taken. A step that has
 * been released is never changed.
 *
 * A room is a log of events. An edit, a deletion or a reaction is an event with its own `seq`, whose `target` names
 * the message that it is about; for a message, `target` is the one it answers. What has become of messages stands
 * beside the log, so that reading a page costs the same however often they were changed: `amendment` for those that
 * were edited or deleted, `reaction` for what is on them now. Of what was deleted no text is kept. [E2] [E3]
 *
 * `room.active` is when its last message came, by which rooms are listed. A direct conversation has a row in `direct` for
 * each of its two people, with what the other one was called last. [P1]
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
  `
  ALTER TABLE room ADD COLUMN topic TEXT NOT NULL DEFAULT '';
  ALTER TABLE event ADD COLUMN target_seq INTEGER;
  CREATE INDEX event_edits ON event (room_id, target_seq) WHERE kind = 'edit';

  CREATE TABLE amendment (
    room_id    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    text       TEXT NOT NULL,
    edited_seq INTEGER,
    edited_ts  INTEGER,
    deleted    INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE reaction (
    room_id   INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    emoji     TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    user_name TEXT NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq, emoji, user_id)
  ) STRICT, WITHOUT ROWID;
  `,
  // Names that are kept for people, by what they are unique by, and the sessions that must outlive something. A session
  // with a version has ended. Versions tell in which order accounts changed and sessions ended.
  `
  CREATE TABLE account_version (
    version INTEGER NOT NULL
  ) STRICT;

  INSERT INTO account_version (version) VALUES (0);

  CREATE TABLE account (
    user_id TEXT PRIMARY KEY,
    name    TEXT,
    proof   TEXT,
    version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX account_by_version ON account (version);

  CREATE TABLE account_key (
    key     TEXT PRIMARY KEY,
    user_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX account_key_by_user ON account_key (user_id);

  CREATE TABLE session (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    agent   TEXT NOT NULL,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    version INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX session_by_user ON session (user_id);
  CREATE INDEX session_by_version ON session (version) WHERE version IS NOT NULL;
  `,
  `
  CREATE TABLE search_block (
    block  INTEGER PRIMARY KEY,
    places BLOB NOT NULL
  ) STRICT;

  CREATE TABLE search_part (
    part  INTEGER PRIMARY KEY,
    grams BLOB NOT NULL
  ) STRICT;

  CREATE TABLE search_reach (
    room_id INTEGER NOT NULL,
    block   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room_id, block)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE room ADD COLUMN active INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX event_changes ON event (room_id, seq) WHERE kind <> 'message';
  UPDATE room SET active = coalesce((
    SELECT ts FROM event WHERE room_id = room.id AND kind = 'message' ORDER BY seq DESC LIMIT 1), 0);
  CREATE INDEX room_by_activity ON room (active, id) WHERE name NOT GLOB '@*';

  CREATE TABLE direct (
    user_id    TEXT NOT NULL,
    room_id    INTEGER NOT NULL,
    other_name TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, room_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER direct_made AFTER INSERT ON room WHEN new.name GLOB '@*' BEGIN
    INSERT OR IGNORE INTO direct (user_id, room_id)
    VALUES ('u_' || substr(new.name, 2, 20), new.id), ('u_' || substr(new.name, 23, 20), new.id);
  END;

  CREATE INDEX direct_by_room ON direct (room_id);

  CREATE TABLE read_marker (
    user_id TEXT NOT NULL,
    room_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
  ) STRICT, WITHOUT ROWID;
  `,
  // `since` is null once somebody may come in again. Versions are the accounts'.
  `
  CREATE TABLE ban (
    who     TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    since   INTEGER,
    version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX ban_by_version ON ban (version);
  `,
];

/** Marks a database file as Parlance's own: "Parl" in ASCII. https://www.sqlite.org/pragma.html#pragma_application_id */
export const applicationId = 0x5061726c;
