import type { FastifyInstance, FastifyRequest } from "fastify";
import type * as v from "valibot";
import { answerAccountFrame } from "../core/account-commands.ts";
import type { Hub } from "../core/hub.ts";
import { welcomeFrame } from "../core/welcome.ts";
import type { Language } from "../locales/words.ts";
import { type AccountFrame, type AccountFrameType, accountFrameSchemas } from "../protocol/account-frames.ts";
import { accepted, type Result } from "../protocol/codes.ts";
import type { ServerFrameOf } from "../protocol/server-frames.ts";
import { agentOf } from "./support/agent.ts";
import { type AddressOf, bearerToken, readFields } from "./support/http.ts";
import { sendProblem } from "./support/problem.ts";
import { withPerson } from "./support/with-person.ts";

type Answer = Result<ServerFrameOf<"welcome" | "sessions">>;

/**
 * Names and sessions without a socket: each frame of `protocol/account-frames.ts` is `POST /api/v1/{type}` with its fields
 * as JSON, and the answer is the frame that the native gateway would send. `Authorization: Bearer` says who asks; `login`
 * needs none, and who claims a name without one is somebody new. [I2] [I3]
 */
export function addAccountGateway(app: FastifyInstance, hub: Hub, language: Language, addressOf: AddressOf): void {
  for (const type of Object.keys(accountFrameSchemas) as AccountFrameType[]) {
    app.post(`/api/v1/${type}`, async (request, reply) => {
      const frame = readFields(accountFrameSchemas[type] as v.GenericSchema<unknown, AccountFrame>, request.body, {
        type,
      });
      const answer = frame.ok ? await answerTo(request, frame.value) : frame;
      if (!answer.ok) return sendProblem(reply, answer.error, language);
      return reply.header("cache-control", "no-store").send(answer.value);
    });
  }

  async function answerTo(request: FastifyRequest, frame: AccountFrame): Promise<Answer> {
    const by = { agent: agentOf(request.headers["user-agent"]), address: addressOf(request.raw) };
    try {
      if (frame.type !== "login") return await ask(bearerToken(request), by, frame);
      const token = await hub.identity.login(frame, by);
      if (!token.ok) return token;
      return await ask(token.value, by, undefined);
    } catch (error) {
      return hub.unavailable(error, "a request about a name or a session could not be carried out");
    }
  }

  /** Answers who asks; without a frame they are only told who they are. */
  function ask(
    token: string | undefined,
    by: { readonly agent: string; readonly address: string | undefined },
    frame: Exclude<AccountFrame, { type: "login" }> | undefined,
  ): Promise<Answer> {
    const name = frame?.type === "claim" && !token ? frame.name : undefined;
    return withPerson(hub, { token, name }, async (person, bearer): Promise<Answer> => {
      const session = bearer?.session ?? hub.identity.newSession();
      if (!frame) return accepted(welcomeFrame(hub, person, session));
      return await answerAccountFrame(hub, person, { ...by, session }, frame);
    });
  }
}
