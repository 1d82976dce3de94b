import assert from "node:assert/strict";
import { test } from "node:test";
import { textConnection } from "../../src/gateways/support/text.ts";
import type { Line } from "../../src/gateways/support/websocket.ts";
import { World } from "../support/world.ts";

test("[B1] a text client that reads too slowly is told 1013, which any WebSocket client knows", () => {
  const { hub } = new World({ limits: { maxQueue: 10 } });
  const codes: number[] = [];
  const webSocket = { readyState: 1, close: (code: number) => void codes.push(code), once() {} };
  const socket = { write() {}, writableLength: 11 };
  const line = { webSocket, socket } as unknown as Line;
  const connection = textConnection(hub, line, { encode: () => undefined }, () => []);
  connection.write(new Uint8Array(11));
  assert.deepEqual(codes, [1013]);
});
