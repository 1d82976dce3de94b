import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext } from "node:test";
import pg from "pg";
import { postgres as postgresProgram } from "../../scripts/servers.mjs";
import { openPostgresStore, type RemoteStore } from "../../src/store/postgres.ts";
import { freePort, Running, unprivileged } from "./programs.ts";

interface PostgresOptions {
  /** The folder that its own one is made in. */
  readonly parent?: string;
  /** Whether what is committed is on the disk, as it must be where times are measured. */
  readonly isDurable?: boolean;
}

/** A Postgres of a test's own, in a temporary folder and on a free port, so that it can be killed. */
export class TestPostgres {
  readonly #folder: string;
  readonly #isDurable: boolean;
  readonly #port: number;
  #running: Running | undefined;
  #databases = 0;

  private constructor(folder: string, port: number, isDurable: boolean) {
    this.#folder = folder;
    this.#port = port;
    this.#isDurable = isDurable;
  }

  static async start({ parent = tmpdir(), isDurable = false }: PostgresOptions = {}): Promise<TestPostgres> {
    const folder = mkdtempSync(join(parent, "parlance-postgres-"));
    if (unprivileged.uid !== undefined && unprivileged.gid !== undefined) {
      chownSync(folder, unprivileged.uid, unprivileged.gid);
    }
    const postgres = new TestPostgres(folder, await freePort(), isDurable);
    const words = ["-D", postgres.#data, "-U", "parlance", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
    execFileSync(programAt("initdb"), words, { ...unprivileged, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    await postgres.start();
    return postgres;
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** Starts it, again or for the first time; resolves when it takes connections. */
  async start(): Promise<void> {
    const settings = [
      // The machine is not what dies in a test, so nothing needs to reach its disk.
      `fsync=${this.#isDurable ? "on" : "off"}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${this.#folder}`,
    ];
    const words = ["-D", this.#data, "-p", String(this.#port), ...settings.flatMap((setting) => ["-c", setting])];
    const options = { ready: /ready to accept (read-only )?connections/, cwd: this.#folder, ...unprivileged };
    for (let tries = 1; !this.#running; tries++) {
      try {
        this.#running = await Running.start(programAt("postgres"), words, options);
      } catch (error) {
        // What a killed one left behind may still be on its way out.
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** As the system does to whoever takes too much memory. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** In an orderly way, without waiting for its clients. */
  async stop(): Promise<void> {
    await this.#end("SIGINT");
  }

  /** Keeps what there is now; it must be stopped. */
  keepCopy(): void {
    execFileSync("cp", ["-a", this.#data, this.#copy]);
  }

  /** Puts the copy in its place, as a standby that had come no further and takes over: on a timeline of its own. */
  async failOverToCopy(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true });
    renameSync(this.#copy, this.#data);
    execFileSync("touch", [join(this.#data, "standby.signal")], unprivileged);
    await this.start();
    await this.#query("postgres", "SELECT pg_promote()");
  }

  /** A copy of a database in a new one, by `pg_dump`: its URL. */
  async restoreDump(address: string): Promise<string> {
    const dump = execFileSync(programAt("pg_dump"), [address]);
    const copy = await this.newDatabase();
    execFileSync(programAt("psql"), ["--quiet", "-v", "ON_ERROR_STOP=1", copy], {
      input: dump,
      stdio: ["pipe", "ignore", "inherit"],
    });
    return copy;
  }

  /** The URL of a new, empty database. */
  async newDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await this.#query("postgres", `CREATE DATABASE ${name}`);
    return this.#url(name);
  }

  async close(): Promise<void> {
    if (this.#running) await this.#end("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #copy(): string {
    return join(this.#folder, "copy");
  }

  #url(database: string): string {
    return `postgres://parlance@127.0.0.1:${this.#port}/${database}`;
  }

  #query(database: string, text: string): Promise<void> {
    return query(this.#url(database), text);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    await this.#running?.end(signal);
    this.#running = undefined;
  }
}

/** Has a database do something beside the server. */
export async function query(address: string, text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    await (values.length > 0 ? client.query(text, [...values]) : client.query(text));
  } finally {
    await client.end();
  }
}

const programAt = (name: string) => join(postgresProgram.folder ?? "", name);

/** One Postgres for a file of tests, ended after the last of them. */
export function usePostgres(): () => TestPostgres {
  let postgres: TestPostgres | undefined;
  before(async () => {
    postgres = await TestPostgres.start();
  });
  after(() => postgres?.close());
  return () => {
    if (!postgres) throw new Error("Postgres is not up");
    return postgres;
  };
}

/** A store on a database, closed when the test is over. */
export async function openStore(t: TestContext, address: string): Promise<RemoteStore> {
  const store = await openPostgresStore(address);
  t.after(() => store.close());
  return store;
}
