import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import * as v from "valibot";
import { accepted, type Result, refused } from "../../protocol/codes.ts";
import { refusalOf } from "../../protocol/fields.ts";

/** The address under which a request counts; `undefined` for a program on this machine. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

/** The token of `Authorization: Bearer …`. RFC 6750 §2.1 */
export const bearerToken = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];

/** How many of something an address asks for: 1 to `most`. */
export const countField = (most: number) =>
  v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(most));

/** The path of a room, or of something in it. */
export interface RoomRoute {
  readonly Params: { readonly room: string };
}

/** The fields of a JSON body, by their schema; no body is no fields. `given` are those that the address tells. */
export function readFields<T>(schema: v.GenericSchema<unknown, T>, body: unknown, given: object = {}): Result<T> {
  let json: unknown;
  try {
    const text = body instanceof Uint8Array ? new TextDecoder("utf-8", { fatal: true }).decode(body) : "";
    json = JSON.parse(text || "{}");
  } catch {
    return refused("bad_json");
  }
  if (typeof json !== "object" || json === null) return refused("bad_json");
  const parsed = v.safeParse(schema, { ...json, ...given }, { abortEarly: true });
  return parsed.success ? accepted(parsed.output) : refusalOf(parsed.issues);
}
