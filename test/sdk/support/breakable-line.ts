import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** A way to a server that can be cut: everything on it breaks in the middle of whatever it carries. */
export interface BreakableLine {
  readonly url: string;
  cut(): void;
}

/** Forwards a port of its own to the server at `url`. */
export async function breakable(t: TestContext, url: string): Promise<BreakableLine> {
  const { hostname, port } = new URL(url);
  const ends = new Set<Socket>();
  const forwarder = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      ends.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        ends.delete(from);
        to.destroy();
      });
    }
  });
  const cut = () => {
    for (const end of ends) end.resetAndDestroy();
  };
  t.after(() => {
    cut();
    forwarder.close();
  });
  forwarder.listen(0, "127.0.0.1");
  await once(forwarder, "listening");
  return { url: `http://127.0.0.1:${(forwarder.address() as AddressInfo).port}`, cut };
}
