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
];
