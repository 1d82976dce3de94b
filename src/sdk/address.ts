const nativePath = "/api/v1/ws";
const socketScheme: Readonly<Record<string, string>> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * The address of a server's native gateway. A path that is given stays (a server behind a proxy);
 * without one it is `/api/v1/ws`. Throws a TypeError for what is not an http, https, ws or wss URL.
 */
export function gatewayAddress(url: string): string {
  const parsed = new URL(url);
  const scheme = socketScheme[parsed.protocol];
  if (scheme === undefined) throw new TypeError(`A server's address begins with http, https, ws or wss: ${url}`);
  const path = parsed.pathname === "/" ? nativePath : parsed.pathname;
  return `${scheme}//${parsed.host}${path}${parsed.search}`;
}
