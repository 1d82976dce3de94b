import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import fc from "fast-check";
import fastify, { type FastifyInstance } from "fastify";
import { clientFrameSchemas } from "../../src/protocol/client-frames.ts";
import { errorStatus } from "../../src/protocol/codes.ts";
import { serverFrameSchemas } from "../../src/protocol/server-frames.ts";
import { clientFrame, serverFrame } from "../protocol/frames.ts";
import { RawClient } from "../support/client.ts";
import { startTestServer } from "../support/server.ts";

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  readonly parameters?: readonly { name: string; in: string; description?: string; schema: Schema }[];
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    schemas: { message: { required: string[] }; problem: { properties: { code: { enum: string[] } } } };
  };
}
interface Channel {
  readonly address: string;
  readonly bindings: { readonly ws: { readonly query: { readonly properties: object } } };
  readonly messages: Record<string, { payload: Schema }>;
}
interface AsyncApi {
  readonly channels: Record<string, Channel>;
}

const read = async <T>(url: string, key?: string) =>
  (await (await fetch(url, key ? { headers: { Authorization: `Bearer ${key}` } } : {})).json()) as T;

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

/** Judges values by a schema of a document, with what checks schemas in Fastify. */
async function startJudging(): Promise<(schema: Schema) => (value: unknown) => void> {
  const app = fastify({ ajv: { customOptions: { coerceTypes: false, useDefaults: false, strict: false } } });
  return await new Promise((resolve) => {
    app.get("/", async (request) => {
      resolve((schema) => {
        const isRight = request.compileValidationSchema(schema);
        return (value) => assert.ok(isRight(value), `${JSON.stringify(isRight.errors)}: ${JSON.stringify(value)}`);
      });
    });
    app.inject("/", () => {});
  });
}

test("the OpenAPI document describes every route of plain HTTP but the page's, and no other", async (t) => {
  const routes = new Set<string>();
  const listen = (message: unknown) =>
    (message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url.replace(/:(\w+)/g, "{$1}")}`);
    });
  subscribe("fastify.initialization", listen);
  t.after(() => unsubscribe("fastify.initialization", listen));
  // Some routes are there only with a key.
  const { url } = await startTestServer(t, { accessKey: "open-sesame" });
  const document = await read<OpenApi>(`${url}/api/v1/openapi.json`, "open-sesame");
  assertWhole(document);
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(document.components.schemas.problem.properties.code.enum, Object.keys(errorStatus));
  assert.deepEqual(document.components.schemas.message.required, ["type", "room", "seq", "id", "user", "text", "ts"]);
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const page = /^GET \/(\*|chat\/{room}|r\/{room}(\/{seq})?)?$/;
  const served = [...routes].filter((route) => !route.startsWith("HEAD ") && !page.test(route));
  assert.deepEqual(described.sort(), served.sort());
});

test("[R2] the OpenAPI document says of each parameter what it is for, and of each stream how it is gone on with", async (t) => {
  const { url } = await startTestServer(t);
  const { paths } = await read<OpenApi>(`${url}/api/v1/openapi.json`);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(({ parameters = [] }) => ({ path, parameters })),
  );
  const untold = operations.flatMap(({ path, parameters }) =>
    parameters.filter(({ description }) => !description).map(({ name }) => `${path}: ${name}`),
  );
  assert.deepEqual(untold, []);
  // An address has no null.
  for (const { parameters } of operations) {
    for (const { schema } of parameters) assert.doesNotMatch(JSON.stringify(schema), /"null"/);
  }
  for (const { path, parameters } of operations.filter(({ path }) => path.endsWith("/events"))) {
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.ok(names.includes("header Last-Event-ID"), path);
    assert.ok(names.includes("query since"), path);
  }
});

test("what the OpenAPI document says of the JSON of each GET is what is answered", async (t) => {
  const { url } = await startTestServer(t);
  const ann = await RawClient.join(t, url, { name: "Ann" });
  const bob = await RawClient.join(t, url, { name: "Bob" });
  const { id } = await ann.say("tea?");
  await bob.say("tea!", { reply_to: id });
  ann.send({ type: "edit", target: id, text: "some tea?" });
  ann.send({ type: "react", target: id, emoji: "👍" });
  ann.send({ type: "topic", text: "what there is to drink" });
  await bob.next("topic");
  ann.send({ type: "read", seq: 1 });
  ann.send({ type: "direct", user: "Bob" });
  const { room } = await ann.next("joined");
  ann.send({ type: "message", room, text: "tea for two" });
  await bob.next("invited");
  const document = await read<OpenApi>(`${url}/api/v1/openapi.json`);
  const schemaOf = await startJudging();
  const { components } = document;
  const headers = { Authorization: `Bearer ${ann.welcome.token}` };
  const judged: string[] = [];
  for (const [path, { get }] of Object.entries(document.paths)) {
    const schema = get?.responses["200"]?.content?.["application/json"]?.schema;
    if (!schema) continue;
    const judge = schemaOf({ ...schema, components });
    const queries = path.endsWith("/messages") ? ["limit=1", "after=0"] : ["q=tea", "q=tea&limit=1"];
    for (const query of queries) {
      const answer = await fetch(`${url}${path.replace("{room}", "general")}?${query}`, { headers });
      assert.equal(answer.status, 200, path);
      judge(await answer.json());
    }
    judged.push(path);
  }
  assert.ok(judged.includes("/rooms") && judged.includes("/rooms/{room}/messages"), judged.join());
});

test("the AsyncAPI document describes every frame as it is, both ways, and every WebSocket path with what it may ask for", async (t) => {
  const { url } = await startTestServer(t);
  const document = await read<AsyncApi>(`${url}/api/v1/asyncapi.json`);
  assertWhole(document);
  assert.deepEqual(
    Object.values(document.channels).map(({ address, bindings }) => [
      address,
      ...Object.keys(bindings.ws.query.properties),
    ]),
    [
      ["/api/v1/ws", "key"],
      ["/", "lang", "key"],
      ["/chat/{room}", "name", "lang", "key"],
      ["/ws", "lang", "key"],
      ["/echo", "lang", "key"],
    ],
  );
  const messages = Object.entries(document.channels["native"]?.messages ?? {});
  assert.deepEqual(
    messages.map(([name]) => name),
    [
      ...Object.keys(clientFrameSchemas).map((name) => `in.${name}`),
      ...Object.keys(serverFrameSchemas).map((name) => `out.${name}`),
    ],
  );
  // In many languages a mere number is a float.
  const mere = /"(\w+)":(?:\{"anyOf":\[)?\{"type":"number"/g;
  const numbers = [...JSON.stringify(messages).matchAll(mere)].map(([, name]) => name);
  assert.deepEqual([...new Set(numbers)], ["v", "send_rate"]);
  const schemaOf = await startJudging();
  const judges = new Map(messages.map(([name, { payload }]) => [name, schemaOf(payload)]));
  for (const [prefix, frames] of Object.entries({ in: clientFrame, out: serverFrame })) {
    fc.assert(
      fc.property(frames as fc.Arbitrary<{ type: string }>, (frame) => judges.get(`${prefix}.${frame.type}`)?.(frame)),
      { numRuns: 1_000 },
    );
  }
});
