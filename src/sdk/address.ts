const nativePath = "/api/v1/ws";

/**
 * The address of a server's native gateway. A path that is given stays (a server behind a proxy);
 * without one it is `/api/v1/ws`. Throws a TypeError for what is not an http, https, ws or wss URL.
 */
export function gatewayAddress(url: string): string {
  const parsed = new URL(url);
  const scheme = /^(?:http|ws)(s?):$/.exec(parsed.protocol);
  if (!scheme) throw new TypeError(`A server's address begins with http, https, ws or wss: ${url}`);
  const path = parsed.pathname === "/" ? nativePath : parsed.pathname;
  return `ws${scheme[1]}://${parsed.host}${path}${parsed.search}`;
}
