import type { FastifyInstance } from "fastify";
import { bearerToken } from "../gateways/support/http.ts";
import { sendProblem } from "../gateways/support/problem.ts";
import type { Language } from "../locales/words.ts";
import { isLocalProgram } from "./entrance.ts";
import { equals } from "./secret.ts";

/** What is told to Prometheus, and to whom. */
export interface MetricsPage {
  readonly contentType: string;
  readonly report: () => Promise<string>;
  /** Whoever gives it may read from elsewhere, too; `undefined` for nobody. */
  readonly token: string | undefined;
}

/** `GET /metrics`: for programs on this machine, and for who has the token; `local_only` for all others. [D1] */
export function addMetricsPage(app: FastifyInstance, { contentType, report, token }: MetricsPage, language: Language) {
  const isToken = token === undefined ? () => false : equals(token);
  app.get("/metrics", async (request, reply) => {
    const given = bearerToken(request);
    if (!isLocalProgram(request.raw) && !(given !== undefined && isToken(given))) {
      return sendProblem(reply, { code: "local_only" }, language);
    }
    return reply.headers({ "content-type": contentType, "cache-control": "no-store" }).send(await report());
  });
}
