// Where the servers are that some tests start for themselves.
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The folder that a program is really in, with those that belong to it: of the path, or of some places that are not on it. */
function folderOf(program, places) {
  const { PATH: path = "" } = process.env;
  const folder = [...path.split(delimiter), ...places].find((at) => existsSync(join(at, program)));
  return folder === undefined ? undefined : dirname(realpathSync(join(folder, program)));
}

/** Debian keeps Postgres's own programs off the path, a folder a version. */
function debianPostgres() {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(base, version, "bin"));
}

/** Each with the folder that it is in, `undefined` if it is not installed, and Debian's name for it. */
export const postgres = { name: "Postgres", folder: folderOf("initdb", debianPostgres()), debian: "postgresql" };
export const nats = {
  name: "nats-server",
  folder: folderOf("nats-server", ["/usr/sbin", "/usr/local/sbin"]),
  debian: "nats-server",
};
/** Of what several nodes are measured beside. */
export const redis = { name: "Redis", folder: folderOf("redis-server", []), debian: "redis-server" };
