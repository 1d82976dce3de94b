import assert from "node:assert/strict";
import { test } from "node:test";
import { clientFrameSchemas } from "../../src/protocol/client-frames.ts";
import { errorStatus } from "../../src/protocol/codes.ts";
import { serverFrameSchemas } from "../../src/protocol/server-frames.ts";
import { startTestServer } from "../support/server.ts";

/** Every `$ref` in a document leads to something in it. */
function assertWhole(document: unknown): void {
  const follow = (path: string) =>
    path
      .slice(2)
      .split("/")
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
  JSON.stringify(document, (key, value) => {
    if (key === "$ref") assert.ok(follow(value), value);
    return value;
  });
}

test("the OpenAPI document describes every route of plain HTTP, and each of them answers", async (t) => {
  const { url } = await startTestServer(t);
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: { message: { required: string[] }; problem: { properties: { code: { enum: string[] } } } } };
  };
  assertWhole(document);
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(document.components.schemas.problem.properties.code.enum, Object.keys(errorStatus));
  assert.deepEqual(document.components.schemas.message.required, ["type", "room", "seq", "id", "user", "text", "ts"]);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      const stop = new AbortController();
      const where = path
        .replace("{room}", "general")
        .replace("{target}", "no-such-message-1")
        .replace("{emoji}", "%F0%9F%91%8D");
      const answer = await fetch(url + where, { method: method.toUpperCase(), signal: stop.signal });
      assert.notEqual(answer.status, 404, `${method} ${path}`);
      stop.abort();
    }
  }
});

test("the AsyncAPI document describes every frame, both ways, and every WebSocket path", async (t) => {
  const { url } = await startTestServer(t);
  const document = (await (await fetch(`${url}/api/v1/asyncapi.json`)).json()) as {
    channels: Record<string, { address: string; messages: Record<string, unknown> }>;
  };
  assertWhole(document);
  assert.deepEqual(
    Object.values(document.channels).map(({ address }) => address),
    ["/api/v1/ws", "/", "/chat/{room}", "/ws", "/echo"],
  );
  assert.deepEqual(Object.keys(document.channels["native"]?.messages ?? {}), [
    ...Object.keys(clientFrameSchemas).map((name) => `in.${name}`),
    ...Object.keys(serverFrameSchemas).map((name) => `out.${name}`),
  ]);
});
