import { type Config, type FlagValues, readConfig } from "../ops/config.ts";
import { createLog } from "../ops/log.ts";
import { settings } from "../ops/settings.ts";
import { type RunningServer, StartupError, startServer } from "../server/index.ts";
import { createOperatorScreen, type OperatorScreen } from "../terminal/operator.ts";
import { createServerLines } from "../terminal/server-lines.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { onEndSignals } from "./signals.ts";

/** `parlance serve`: runs a server until it is told to stop; the exit status. */
export async function serve(flags: FlagValues): Promise<number> {
  // A folder that is named outright is meant, by this command as by the others, whatever else is set.
  const { data = [], store = [] } = flags;
  const isFolderMeant = data.length > 0 && store.length === 0;
  const environment = { ...process.env, ...(isFolderMeant && { PARLANCE_STORE: "", PARLANCE_BUS: "" }) };
  const config = readConfig(flags, environment);
  if (!config.ok) throw new UsageError(config.message);
  // A terminal that is closed takes nothing any more, and sends a signal: that ends the server in good order. [K4]
  process.stdin.on("error", () => {});
  const screen = createOperatorScreen({
    terminal: process,
    language: config.value.lang,
    console: config.value.console,
    // With the keyboard at the prompt, the terminal itself sends no signal.
    onLeave: () => process.kill(process.pid, "SIGINT"),
  });
  try {
    return await run(config.value, screen);
  } finally {
    screen.close();
  }
}

async function run(config: Config, screen: OperatorScreen): Promise<number> {
  const forPeople = process.stdout.isTTY === true;
  const log = openLog(config, screen, forPeople);
  const lines = createServerLines(config.lang, screen.print);

  let stopping = false;
  const stopped = Promise.withResolvers<number>();
  const starting = startServer(config, { log, ...(forPeople && { observer: lines }) });
  onEndSignals({
    onFirst: () => {
      stopping = true;
      screen.close();
      if (forPeople) lines.stopping();
      else log.info({}, "stopping");
      starting
        .then((server) => server.stop())
        .then(
          () => stopped.resolve(exitCodes.done),
          (error: unknown) => stopped.reject(error),
        );
    },
    onSecond: (exitCode) => process.exit(exitCode),
  });

  let server: RunningServer;
  try {
    server = await starting;
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`❌ ${error.message}\n`);
    return exitCodes.failed;
  }
  if (forPeople) lines.running(server.urls);
  else {
    const { urls, tcpPort, tcpEchoPort } = server;
    log.info({ urls, tcpPort, tcpEchoPort }, "running");
  }
  if (server.isUnguarded) {
    if (forPeople) lines.unguarded();
    else log.warn({ hosts: config.hosts, flag: settings.accessKey.flag }, "whoever reaches this machine can come in");
  }
  const onLine = (line: string) => {
    const broadcast = server.broadcast(line);
    if (forPeople) {
      if (broadcast.ok) lines.broadcast(line, broadcast.value.clients);
      else lines.refused(broadcast.error);
    } else if (broadcast.ok) log.info({ text: line, clients: broadcast.value.clients }, "broadcast");
    else log.warn({ code: broadcast.error.code }, "not broadcast");
  };
  if (!stopping) screen.open(onLine);
  const failed = server.failed.then((error) => {
    log.error({ err: error }, "the store has failed: stopping");
    return exitCodes.failed;
  });
  return Promise.race([stopped.promise, failed]);
}

/** On a terminal the lines for people stand in for what is merely worth knowing, and what is logged keeps off the prompt. */
function openLog({ logLevel: level }: Config, screen: OperatorScreen, forPeople: boolean) {
  if (!forPeople) return createLog({ level, form: "json", output: { fd: process.stdout.fd } });
  const output = process.stderr.isTTY
    ? { write: (text: string) => screen.print(text.replace(/\n$/, "")) }
    : { fd: process.stderr.fd };
  return createLog({ level: level === "info" ? "warn" : level, form: "plain", output });
}
