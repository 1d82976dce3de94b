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
];
