import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { Hub } from "../core/hub.ts";
import type { Introduction, Person } from "../core/people.ts";
import type { Soon } from "../core/soon.ts";
import { welcomeFrame } from "../core/welcome.ts";
import type { Language } from "../locales/words.ts";
import { clientFrameSchemas } from "../protocol/client-frames.ts";
import { accepted, type Result, refused } from "../protocol/codes.ts";
import type { DisplayName } from "../protocol/ids.ts";
import { protocolVersion } from "../protocol/limits.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import { bearerToken, readFields } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";
import { withPerson } from "./support/with-person.ts";

/**
 * Coming in without a socket, for who goes on by posts, server-sent events and long polls.
 *
 * `POST /api/v1/hello` takes the fields of a native `hello` and answers its `welcome`, or refuses in its `lang`; `POST
 * /api/v1/rename` takes `{name}` and `Authorization: Bearer`, and answers the `welcome` with the new
 * name's token. Nothing is kept of who came: whoever streams with the token is a member.
 */
export function addHelloGateway(app: FastifyInstance, hub: Hub, language: Language): void {
  app.post("/api/v1/hello", async (request, reply) => {
    const hello = readFields(helloSchema, request.body);
    const answer = hello.ok ? await greet(hub, hello.value) : hello;
    if (!answer.ok) return sendProblem(reply, answer.error, language, languageOf(request.body));
    return reply.header("cache-control", "no-store").send(answer.value);
  });

  app.post("/api/v1/rename", async (request, reply) => {
    const wish = readFields(renameSchema, request.body);
    const answer = wish.ok ? await rename(hub, bearerToken(request), wish.value.name) : wish;
    if (!answer.ok) return sendProblem(reply, answer.error, language);
    return reply.header("cache-control", "no-store").send(answer.value);
  });
}

/** Without the access key, which is given as with any request. [D6] */
export const helloSchema = v.omit(clientFrameSchemas.hello, ["type", "key"]);
export const renameSchema = v.omit(clientFrameSchemas.rename, ["type", "ref"]);
const languageSchema = v.pick(helloSchema, ["lang"]);
type Hello = v.InferOutput<typeof helloSchema>;
type Welcome = Result<ServerFrameOf<"welcome">>;

/** Finds out who this is, as a line's first frame would. */
function greet(hub: Hub, { name, token, v: version }: Hello): Soon<Welcome> {
  if (version != null && version !== protocolVersion) return refused("bad_frame", { params: { field: "v" } });
  return welcome(hub, { name, token }, async (person) => {
    // Here by another line already, and now asking for another name: who comes back takes what there is.
    if (name) await hub.members.rename(person, name);
    return accepted(undefined);
  });
}

/** What a hello asks for errors to be told in, also one whose other fields cannot be read. */
function languageOf(body: unknown): string | undefined {
  const asked = readFields(languageSchema, body);
  return asked.ok ? (asked.value.lang ?? undefined) : undefined;
}

function rename(hub: Hub, token: string | undefined, name: DisplayName): Promise<Welcome> {
  return welcome(hub, { token }, async (person) => hub.members.rename(person, name));
}

/** Welcomes somebody, once `prepare` has done what they ask. */
function welcome(
  hub: Hub,
  introduction: Introduction,
  prepare: (person: Person) => Promise<Result<unknown>>,
): Promise<Welcome> {
  return withPerson(hub, introduction, async (person, bearer) => {
    if (bearer) hub.identity.saw(bearer);
    const prepared = await prepare(person);
    if (!prepared.ok) return prepared;
    return accepted(welcomeFrame(hub, person, bearer?.session ?? hub.identity.newSession()));
  });
}
