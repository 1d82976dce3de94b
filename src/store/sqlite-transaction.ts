import type { DatabaseSync } from "node:sqlite";

/** Does all of some work or nothing, in one commit. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const done = work();
    db.exec("COMMIT");
    return done;
  } catch (error) {
    // After some errors SQLite has rolled back by itself already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
