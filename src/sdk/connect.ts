import { gatewayAddress } from "./address.ts";
import { ReturningClient } from "./returning-client.ts";
import { realSurroundings, type Surroundings } from "./surroundings.ts";
import type { Client, ConnectOptions } from "./types.ts";

/**
 * Connects to a server's native gateway and keeps coming back until {@link Client.close}, or until
 * the server closes for good. [K3] `url` is the server's address, http(s) or ws(s); without a path
 * it gets `/api/v1/ws`. Throws a TypeError for anything else; a server that is away is no error but
 * a `waiting` state. Works in browsers and in Node.
 */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return connectIn(realSurroundings, url, options);
}

/** {@link connect}, with time and chance given. */
export function connectIn(surroundings: Surroundings, url: string, options: ConnectOptions = {}): Client {
  return new ReturningClient(surroundings, gatewayAddress(url), options);
}
