/**
 * The schema, one step a version, like SQLite's in `schema.ts`; `parlance.property` counts the steps taken. A step that
 * has been released is never changed. No foreign key: rooms are never taken away, and the check of each row would take a
 * fifth of a commit.
 */
export const postgresMigrations: readonly string[] = [
  `
  CREATE TABLE parlance.room (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name  text NOT NULL UNIQUE,
    epoch text NOT NULL,
    head  bigint NOT NULL DEFAULT 0
  );

  CREATE TABLE parlance.event (
    room_id   bigint NOT NULL,
    seq       bigint NOT NULL,
    id        text NOT NULL,
    kind      text NOT NULL,
    target    text,
    user_id   text NOT NULL,
    user_name text NOT NULL,
    text      text NOT NULL,
    ts        bigint NOT NULL,
    PRIMARY KEY (room_id, seq),
    UNIQUE (room_id, id)
  );

  CREATE TABLE parlance.secret (
    name  text PRIMARY KEY,
    value bytea NOT NULL
  );
  `,
  `
  ALTER TABLE parlance.room ADD COLUMN topic text NOT NULL DEFAULT '';
  ALTER TABLE parlance.event ADD COLUMN target_seq bigint;
  CREATE INDEX event_edits ON parlance.event (room_id, target_seq) WHERE kind = 'edit';

  CREATE TABLE parlance.amendment (
    room_id    bigint NOT NULL,
    seq        bigint NOT NULL,
    text       text NOT NULL,
    edited_seq bigint,
    edited_ts  bigint,
    deleted    boolean NOT NULL,
    PRIMARY KEY (room_id, seq)
  );

  CREATE TABLE parlance.reaction (
    room_id   bigint NOT NULL,
    seq       bigint NOT NULL,
    emoji     text NOT NULL,
    user_id   text NOT NULL,
    user_name text NOT NULL,
    since     bigint NOT NULL,
    PRIMARY KEY (room_id, seq, emoji, user_id)
  );
  `,
  `
  CREATE TABLE parlance.account_version (
    version bigint NOT NULL
  );

  INSERT INTO parlance.account_version (version) VALUES (0);

  CREATE TABLE parlance.account (
    user_id text PRIMARY KEY,
    name    text,
    proof   text,
    version bigint NOT NULL
  );

  CREATE INDEX account_by_version ON parlance.account (version);

  CREATE TABLE parlance.account_key (
    key     text PRIMARY KEY,
    user_id text NOT NULL
  );

  CREATE INDEX account_key_by_user ON parlance.account_key (user_id);

  CREATE TABLE parlance.session (
    id      text PRIMARY KEY,
    user_id text NOT NULL,
    agent   text NOT NULL,
    created bigint NOT NULL,
    seen    bigint NOT NULL,
    version bigint
  );

  CREATE INDEX session_by_user ON parlance.session (user_id);
  CREATE INDEX session_by_version ON parlance.session (version) WHERE version IS NOT NULL;
  `,
  `
  CREATE TABLE parlance.node (
    id    text PRIMARY KEY,
    until timestamptz NOT NULL
  );

  CREATE TABLE parlance.name_claim (
    key     text PRIMARY KEY,
    user_id text NOT NULL,
    nodes   text[] NOT NULL
  );
  `,
  `
  CREATE TABLE parlance.search_block (
    block  bigint PRIMARY KEY,
    places bytea NOT NULL
  );

  CREATE TABLE parlance.search_part (
    part  bigint PRIMARY KEY,
    grams bytea NOT NULL
  );

  CREATE TABLE parlance.search_reach (
    room_id bigint NOT NULL,
    block   bigint NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (room_id, block)
  );
  `,
  `
  ALTER TABLE parlance.room ADD COLUMN active bigint NOT NULL DEFAULT 0;
  CREATE INDEX event_changes ON parlance.event (room_id, seq) WHERE kind <> 'message';
  UPDATE parlance.room SET active = coalesce((
    SELECT ts FROM parlance.event WHERE room_id = room.id AND kind = 'message' ORDER BY seq DESC LIMIT 1), 0);

  CREATE TABLE parlance.direct (
    user_id    text NOT NULL,
    room_id    bigint NOT NULL,
    other_name text NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, room_id)
  );

  CREATE INDEX direct_by_room ON parlance.direct (room_id);

  CREATE TABLE parlance.read_marker (
    user_id text NOT NULL,
    room_id bigint NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (user_id, room_id)
  );
  `,
  `
  CREATE TABLE parlance.ban (
    who     text PRIMARY KEY,
    name    text NOT NULL,
    since   bigint,
    version bigint NOT NULL
  );

  CREATE INDEX ban_by_version ON parlance.ban (version);
  `,
];
