import type { GatewayName } from "../core/ports.ts";

/** Something that a client has open: a connection, or a request that is not answered to its end. */
interface Open {
  readonly gateway: GatewayName;
}

/** Everything that clients have open, of every gateway. */
export class Lines {
  readonly #open = new Set<Open>();

  /** Counts it until it is removed, under the gateway that it has by then. */
  add(line: Open): void {
    this.#open.add(line);
  }

  remove(line: Open): void {
    this.#open.delete(line);
  }

  count(): ReadonlyMap<GatewayName, number> {
    const counts = new Map<GatewayName, number>();
    for (const { gateway } of this.#open) counts.set(gateway, (counts.get(gateway) ?? 0) + 1);
    return counts;
  }
}
