import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { problem } from "../gateways/support/problem.ts";
import type { Language } from "../locales/words.ts";

/** RFC 9110 §15.5.9, RFC 6585 §5; 400 for all else that is not a request. */
const statuses: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** Bytes in its address that stand for nothing there, such as letters that are not percent-encoded. RFC 3986 §2 */
const badAddress = "HPE_INVALID_URL";

/** The latest request of each connection has this answer, which may be under way. */
export type LatestAnswers = WeakMap<Duplex, ServerResponse>;

/**
 * Gives what is not HTTP one plain answer, after the answers to what came whole before it, and ends the
 * connection; the process goes on. [B2] Where a bad body's request has its answer already, no other follows.
 */
export function answerBadRequests(server: Server, latest: LatestAnswers, language: Language): void {
  const ending = new WeakSet<Duplex>();
  const { headers, body } = problem({ code: "bad_frame", params: { field: "URL" } }, language);
  const fields = { ...headers, "content-length": Buffer.byteLength(body) };
  const addressProblem = `${Object.entries(fields)
    .map((field) => `${field.join(": ")}\r\n`)
    .join("")}\r\n${body}`;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Every further piece of a bad request is another error.
    if (ending.has(socket)) return;
    ending.add(socket);
    const status = statuses[error.code ?? ""] ?? "400 Bad Request";
    const rest = error.code === badAddress ? addressProblem : "Content-Length: 0\r\n\r\n";
    const end = (last: string) => {
      if (!socket.writable) return socket.destroy();
      socket.once("finish", () => socket.destroy());
      return socket.end(last);
    };
    const refuse = () => end(`HTTP/1.1 ${status}\r\nConnection: close\r\n${rest}`);
    const before = latest.get(socket);
    if (!before || before.closed) refuse();
    else if (before.req.complete) before.once("close", refuse);
    else if (!before.headersSent) refuse();
    else if (before.writableFinished) end("");
    else before.once("close", () => end(""));
  });
}
