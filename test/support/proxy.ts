import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** What a proxy does with upgrades: answers 501, shakes hands and cuts, or lets them through. */
type Upgrades = "refused" | "cut" | "passed";
/** What it does with answers that go on and on: lets them through, holds them back, or cuts them at their first bytes. */
type Streams = "passed" | "buffered" | "cut";

/** A proxy as companies have them, in front of a server; what it does may change at any time. */
export interface TestProxy {
  readonly url: string;
  upgrades: Upgrades;
  streams: Streams;
  /** The requests that came, as `GET /path`, in order. */
  readonly requests: readonly string[];
  /** Resolves at the next upgrade that is asked for. */
  upgrade(): Promise<unknown>;
  /** Breaks everything that is on its way. */
  cut(): void;
}

/** Forwards a port of its own to the server at `url`. */
export async function startProxy(
  t: Pick<TestContext, "after">,
  url: string,
  { upgrades, streams = "passed" }: { upgrades: Upgrades; streams?: Streams },
): Promise<TestProxy> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    forward(incoming, response);
  });

  function forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url: path, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (answer) => {
      const isStream = `${answer.headers["content-type"]}`.startsWith("text/event-stream");
      if (isStream && proxy.streams === "buffered") return answer.resume();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (isStream && proxy.streams === "cut") answer.once("data", () => response.destroy());
      return answer.on("error", () => response.destroy()).pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    incoming.pipe(onward);
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  server.on("upgrade", ({ url: path, headers }, socket, head) => {
    requests.push(`UPGRADE ${path}`);
    if (proxy.upgrades === "refused") return socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n");
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const onward = connect(Number(port), "127.0.0.1", () => {
      onward.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.write(head);
      socket.pipe(onward);
    });
    sockets.add(onward);
    onward.on("close", () => socket.destroy()).on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    if (proxy.upgrades === "passed") return onward.pipe(socket);
    return onward.once("data", (handshake) => socket.write(handshake, () => socket.destroy()));
  });

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades,
    streams,
    requests,
    upgrade: () => once(server, "upgrade"),
    cut,
  };
  return proxy;
}
