import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayAddress } from "../../src/sdk/address.ts";

test("a server's address leads to its native gateway, encrypted where the page is", () => {
  const addresses = {
    "http://localhost:8765": "ws://localhost:8765/api/v1/ws",
    "http://localhost:8765/": "ws://localhost:8765/api/v1/ws",
    "https://chat.example": "wss://chat.example/api/v1/ws",
    "ws://[::1]:8765": "ws://[::1]:8765/api/v1/ws",
    "wss://чат.example": "wss://xn--80a0bn.example/api/v1/ws",
    "https://example.org/our/chat?from=page#top": "wss://example.org/our/chat?from=page",
  };
  for (const [url, address] of Object.entries(addresses)) assert.equal(gatewayAddress(url), address);
});

test("what is no address of a server is refused at once", () => {
  for (const url of ["localhost:8765", "chat", "", "ftp://localhost", "javascript:alert(1)"]) {
    assert.throws(() => gatewayAddress(url), TypeError, url);
  }
});
