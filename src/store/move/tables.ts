/** A table that is moved row by row. Its columns have the same names in SQLite and in Postgres. */
export interface MovedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** What its rows are told apart by. */
  readonly key: readonly string[];
  /** Columns in which people's words are, which may hold what Postgres's `text` does not. */
  readonly words: readonly string[];
}

export const roomTable: MovedTable = {
  name: "room",
  columns: ["id", "name", "epoch", "head", "topic", "active"],
  key: ["id"],
  words: ["topic"],
};

export const eventTable: MovedTable = {
  name: "event",
  columns: ["room_id", "seq", "id", "kind", "target", "target_seq", "user_id", "user_name", "text", "ts"],
  key: ["room_id", "seq"],
  words: ["text"],
};

export const amendmentTable: MovedTable = {
  name: "amendment",
  columns: ["room_id", "seq", "text", "edited_seq", "edited_ts", "deleted"],
  key: ["room_id", "seq"],
  words: ["text"],
};

export const reactionTable: MovedTable = {
  name: "reaction",
  columns: ["room_id", "seq", "emoji", "user_id", "user_name", "since"],
  key: ["room_id", "seq", "emoji", "user_id"],
  words: ["emoji"],
};

/** What is kept for people beside the logs: written anew as a whole. */
export const peopleTables: readonly MovedTable[] = [
  { name: "account_version", columns: ["version"], key: ["version"], words: [] },
  { name: "account", columns: ["user_id", "name", "proof", "version"], key: ["user_id"], words: [] },
  { name: "account_key", columns: ["key", "user_id"], key: ["key"], words: [] },
  { name: "session", columns: ["id", "user_id", "agent", "created", "seen", "version"], key: ["id"], words: [] },
  { name: "ban", columns: ["who", "name", "since", "version"], key: ["who"], words: ["name"] },
  { name: "direct", columns: ["user_id", "room_id", "other_name"], key: ["user_id", "room_id"], words: [] },
  { name: "read_marker", columns: ["user_id", "room_id", "seq"], key: ["user_id", "room_id"], words: [] },
];

/** Everything that is compared in the end. */
export const movedTables: readonly MovedTable[] = [
  roomTable,
  eventTable,
  amendmentTable,
  reactionTable,
  ...peopleTables,
];

/** A row as it is in SQLite. */
export type MovedRow = Readonly<Record<string, string | number | null>>;
