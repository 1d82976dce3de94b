import type { ErrorCode } from "../protocol/codes.ts";
import { type Answer, HttpRequests, type Request } from "./http-requests.ts";

/** Since the token was given the key has changed, the token or its session is no longer one, or its bearer is banned. */
const lapsed: readonly ErrorCode[] = ["key_required", "token_required", "session_ended", "banned"];

/** The requests that make up a line. Once its token is refused, the line is broken: what was asked is no fault of its own. */
export class LineRequests extends HttpRequests {
  override async ask(path: string, request: Request): Promise<Answer> {
    const answer = await super.ask(path, request);
    if (answer.ok || this.token === undefined || !lapsed.includes(answer.problem.code)) return answer;
    throw new Error(answer.problem.message);
  }
}
