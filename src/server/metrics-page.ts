import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { bearerToken } from "../gateways/support/http.ts";
import { sendProblem } from "../gateways/support/problem.ts";
import type { Language } from "../locales/words.ts";
import { isLocalProgram } from "./entrance.ts";

/** What is told to Prometheus, and to whom. */
export interface MetricsPage {
  readonly contentType: string;
  readonly report: () => Promise<string>;
  /** Whoever gives it may read from elsewhere, too; `undefined` for nobody. */
  readonly token: string | undefined;
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/** `GET /metrics`: for programs on this machine, and for who has the token; `local_only` for all others. [D1] */
export function addMetricsPage(app: FastifyInstance, { contentType, report, token }: MetricsPage, language: Language) {
  const expected = token === undefined ? undefined : digest(token);
  const isToken = (given: string | undefined) =>
    given !== undefined && expected !== undefined && timingSafeEqual(digest(given), expected);
  app.get("/metrics", async (request, reply) => {
    if (!isLocalProgram(request.raw) && !isToken(bearerToken(request))) {
      return sendProblem(request, reply, { code: "local_only" }, language);
    }
    return reply.headers({ "content-type": contentType, "cache-control": "no-store" }).send(await report());
  });
}
