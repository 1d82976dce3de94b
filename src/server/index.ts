import { heedAccounts, watchAccounts } from "../core/account-watch.ts";
import { watchHeads } from "../core/head-watch.ts";
import { newNodeId } from "../core/hints.ts";
import { Hub } from "../core/hub.ts";
import type { GatewayName, Log } from "../core/ports.ts";
import { type Broadcast, createOperator } from "../gateways/operator.ts";
import { behindKeyLine } from "../gateways/support/key-line.ts";
import { createTcpChat, type TcpGateway } from "../gateways/tcp-chat.ts";
import { echo } from "../gateways/tcp-echo.ts";
import { serverWords } from "../locales/server.ts";
import { languages } from "../locales/words.ts";
import type { Config } from "../ops/config.ts";
import { createMetrics } from "../ops/metrics.ts";
import { defaultRoom } from "../protocol/names.ts";
import { createAccess, proofsOf } from "./access.ts";
import { cutBannedAddresses, readBannedAddresses } from "./banned-addresses.ts";
import { systemClock } from "./clock.ts";
import { openData } from "./data.ts";
import { isLoopback } from "./entrance.ts";
import { createGuard } from "./guard.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createHttp } from "./http.ts";
import { openIdentity } from "./identity.ts";
import { Lines } from "./lines.ts";
import { listen } from "./listener.ts";
import { program } from "./program.ts";
import { createRandomBytes } from "./random.ts";
import { takeReadings } from "./readings.ts";
import { createRoutes } from "./routes.ts";
import { listenTcp } from "./tcp.ts";
import { openTranscripts } from "./transcripts.ts";
import { createUpgrades, type Observer } from "./upgrades.ts";
import { createVisitors } from "./visitors.ts";

export { StartupError } from "./startup-error.ts";
export type { Broadcast, Config, Observer };

/** A server that is up. */
export interface RunningServer extends AsyncDisposable {
  /** Where the page is, an address for each port. */
  readonly urls: readonly string[];
  readonly ports: readonly number[];
  /** Where TCP chat and the TCP echo are; `undefined` for what is off. */
  readonly tcpPort: number | undefined;
  readonly tcpEchoPort: number | undefined;
  /** Whether it listens beyond this machine and asks nobody for a key. [D6] */
  readonly isUnguarded: boolean;
  /** Says something to everybody, as the operator. Not stored. */
  broadcast(line: string): Broadcast;
  /**
   * Ends it without losing anything: takes nothing new, tells clients when to come back, commits,
   * acknowledges and delivers what was sent, then closes every line. [K4] Further calls wait for the same end.
   */
  stop(): Promise<void>;
  /** Resolves with the reason if the store fails for good: stop, and exit non-zero. [L3] */
  readonly failed: Promise<Error>;
}

export interface ServerOptions {
  readonly log: Log;
  /** Told of what clients do, for the server's own terminal. */
  readonly observer?: Observer;
}

/** Starts a server. Rejects with a {@link StartupError} that says what to do. The one composition root. */
export async function startServer(config: Config, { log, observer }: ServerOptions): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack();
  const data = opened.use(await openData(config, { clock: systemClock, log }));
  const { store, bus } = data;
  // What is said in a folder is this server's alone, and nobody else changes it.
  const isShared = data.folder === undefined;
  // Where whoever names no room is: it is there from the start, so that it can be read before anybody spoke.
  await store.openRoom(defaultRoom);
  if (config.transcripts !== undefined) {
    opened.use(await openTranscripts({ folder: config.transcripts, store, bus, clock: systemClock, log }));
  }
  const key = config.accessKey;
  const tokenKey = await store.tokenKey();
  const proofs = key === undefined ? undefined : proofsOf(key, tokenKey);
  const randomBytes = createRandomBytes();
  const { tokens, identity } = await openIdentity({
    store: store.accounts,
    bus,
    tokenKey,
    mark: proofs?.mark,
    randomBytes,
  });
  opened.defer(() => identity.close());
  const metrics = opened.use(createMetrics({ version: program.version, clock: systemClock, hasDisk: !isShared }));
  const lines = new Lines();
  const hub = opened.adopt(
    new Hub({
      store,
      bus,
      clock: systemClock,
      log,
      metrics,
      tokens,
      identity,
      randomBytes,
      limits: config.limits,
      server: program,
      reservedNames: ["server", ...languages.map((language) => serverWords[language]("operator"))],
      onReceived: observer?.received,
      node: isShared ? newNodeId(randomBytes) : undefined,
    }),
    (hub) => hub.close(),
  );

  const isBanned = readBannedAddresses(identity.accounts);
  opened.defer(heedAccounts(hub, { isAddressBanned: isBanned, log }));
  opened.use(watchAccounts(identity.accounts, { bus, clock: systemClock, log }));
  if (isShared) opened.use(watchHeads({ hub, store, bus, clock: systemClock, log }));

  let state: "running" | "stopping" | "failed" = "running";
  const failed = store.failed.then((error) => {
    state = "failed";
    return error;
  });
  const { allowHosts, allowOrigins, lang: language } = config;
  const entrance = { allowHosts, allowOrigins };
  const visitors = createVisitors({
    trustProxies: config.trustProxies,
    maxPerAddress: config.limits.maxPerAddress,
    isBanned,
  });
  opened.defer(cutBannedAddresses(identity.accounts, visitors, systemClock));
  const access =
    key !== undefined && proofs ? createAccess({ key, proofs, tokens, visitors, clock: systemClock, log }) : undefined;
  const heartbeat = opened.adopt(createHeartbeat(systemClock, Math.random, metrics), (beating) => beating.close());
  const http = await createHttp({
    hub,
    log,
    language,
    entrance,
    visitors,
    access,
    lines,
    metrics: {
      contentType: metrics.contentType,
      report: async () => metrics.report(await takeReadings(hub, lines, data.folder)),
      token: config.metricsToken,
    },
    // A shared database tells by itself whether it is back.
    isReady: () => state === "running" && data.isReachable() && (isShared || !hub.isFailing),
  });
  opened.defer(() => http.close());
  const upgrades = createUpgrades({
    gatewayAt: createRoutes({ hub, language }),
    entrance,
    language,
    maxFrame: config.limits.maxFrame,
    visitors,
    guard: access && createGuard(access, hub),
    lines,
    metrics,
    heartbeat,
    pings: hub.bounds.frames,
    log,
    observer,
  });
  const { ports, hosts, limits } = config;
  // Streams have their own bound, which is reached before this one.
  const unreadMs = limits.maxQueue === 0 ? 0 : 2 * limits.maxQueueMs;
  const listener = opened.adopt(
    await listen({ ports, hosts, onRequest: http.routing, onUpgrade: upgrades.onUpgrade, unreadMs, language, log }),
    (open) => open.close(),
  );
  const tcp = { hosts, visitors, lines, metrics, log, observer };
  const keyed = (gateway: GatewayName, accept: TcpGateway): TcpGateway =>
    access
      ? behindKeyLine(accept, { clock: systemClock, language, judgeKey: access.judgeKey, gateway, metrics })
      : accept;
  const openTcp = async (port: number | undefined, flag: string, gateway: GatewayName, accept: TcpGateway) =>
    port === undefined
      ? undefined
      : opened.adopt(await listenTcp({ ...tcp, port, flag, gateway, accept: keyed(gateway, accept) }), (open) =>
          open.close(),
        );
  const chat = createTcpChat(hub, language);
  const tcpChat = await openTcp(config.tcpPort, "--tcp-port", "tcp_chat", chat);
  const tcpEcho = await openTcp(config.tcpEchoPort, "--tcp-echo-port", "tcp_echo", echo);
  const urls = listener.ports.map((port) => `http://${addressFor(hosts)}:${port}`);
  data.signIn(urls);

  const parts = opened.move();
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const open of [listener, tcpChat, tcpEcho]) open?.stopAccepting();
      if (state === "running") {
        state = "stopping";
        await hub.drain(config.drainMs);
      }
      // Lines first: the listener only closes once nobody is connected.
      await hub.close();
      upgrades.close();
      await parts.disposeAsync();
    })();
    return stopping;
  };
  return {
    urls,
    ports: listener.ports,
    tcpPort: tcpChat?.port,
    tcpEchoPort: tcpEcho?.port,
    isUnguarded: !access && hosts.some((host) => host !== "localhost" && !isLoopback(host)),
    broadcast: createOperator(hub),
    stop,
    failed,
    [Symbol.asyncDispose]: stop,
  };
}

/** A name by which this machine itself reaches the server. */
function addressFor(hosts: readonly string[]): string {
  const [first = "localhost"] = hosts;
  if (["127.0.0.1", "::1", "0.0.0.0", "::"].includes(first)) return "localhost";
  return first.includes(":") ? `[${first}]` : first;
}
