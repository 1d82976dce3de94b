import { HttpRequests, type Request } from "./http-requests.ts";
import type { OnDemandParts } from "./on-demand.ts";

/** Asks by a request of its own, whatever carries the line, and gives the answer, with what reads it. Rejects as refused. */
export async function askBeside(
  { address, surroundings, asker, parse, Refusal }: OnDemandParts,
  path: string,
  request: Omit<Request, "signal"> = {},
): Promise<{ readonly requests: HttpRequests; readonly value: object }> {
  const requests = new HttpRequests(address, surroundings, parse);
  const { token, key, lang } = asker();
  requests.token = token;
  requests.key = key;
  requests.language = lang;
  const answer = await requests.ask(path, { ...request, signal: new AbortController().signal });
  if (!answer.ok) throw new Refusal(answer.problem.code, answer.problem.message);
  return { requests, value: answer.value };
}
