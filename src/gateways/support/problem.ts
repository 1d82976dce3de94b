import type { FastifyReply } from "fastify";
import { pickLanguage, serverWords } from "../../locales/server.ts";
import type { Language } from "../../locales/words.ts";
import { type ChatError, type ErrorCode, errorStatus } from "../../protocol/codes.ts";

declare module "fastify" {
  interface FastifyReply {
    /** The code of the problem that this reply tells, if it tells one. */
    refusal?: ErrorCode;
  }
}

/** A refusal as an HTTP answer: `application/problem+json` with the error's `code`. RFC 9457 */
export function problem(error: ChatError, language: Language) {
  const status = errorStatus[error.code];
  const detail = serverWords[language](`error.${error.code}`, { example: '{"text":"hi"}', ...error.params });
  return {
    status,
    headers: {
      "content-type": "application/problem+json; charset=utf-8",
      "cache-control": "no-store",
      // RFC 9110 §15.5.2; a browser asks nobody for a bearer's token.
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...(error.retryAfterMs !== undefined && { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) }),
    },
    body: JSON.stringify({
      title: error.code,
      status,
      detail,
      code: error.code,
      ...(error.suggestion && { suggestion: error.suggestion }),
    }),
  };
}

/** Refuses a request: in the language of `asked`, else of its `Accept-Language`, else in `language`. */
export function sendProblem(reply: FastifyReply, error: ChatError, language: Language, asked?: string) {
  const spoken = pickLanguage(asked, pickLanguage(reply.request.headers["accept-language"], language));
  const { status, headers, body } = problem(error, spoken);
  reply.refusal = error.code;
  return reply.code(status).headers(headers).send(body);
}
