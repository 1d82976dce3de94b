import { type FlagValues, readConfig } from "../ops/config.ts";
import { createLog } from "../ops/log.ts";
import { type RunningServer, StartupError, startServer } from "../server/index.ts";
import { createServerLines } from "../terminal/server-lines.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { onEndSignals } from "./signals.ts";

/** `parlance serve`: runs a server until it is told to stop; the exit status. */
export async function serve(flags: FlagValues): Promise<number> {
  const config = readConfig(flags, process.env);
  if (!config.ok) throw new UsageError(config.message);
  const { lang, logLevel } = config.value;
  const forPeople = process.stdout.isTTY === true;
  // On a terminal the lines for people stand in for what is merely worth knowing.
  const log = createLog(
    forPeople
      ? { level: logLevel === "info" ? "warn" : logLevel, form: "plain", output: { fd: process.stderr.fd } }
      : { level: logLevel, form: "json", output: { fd: process.stdout.fd } },
  );
  const lines = createServerLines(lang, (line) => process.stdout.write(`${line}\n`));

  const stopped = Promise.withResolvers<number>();
  const starting = startServer(config.value, { log, ...(forPeople && { observer: lines }) });
  onEndSignals({
    onFirst: () => {
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
  else log.info({ urls: server.urls }, "running");
  const failed = server.failed.then((error) => {
    log.error({ err: error }, "the store has failed: stopping");
    return exitCodes.failed;
  });
  return Promise.race([stopped.promise, failed]);
}
