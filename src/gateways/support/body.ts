import type { FastifyRequest } from "fastify";
import * as v from "valibot";
import { accepted, type Result, refused } from "../../protocol/codes.ts";
import { refusalOf } from "../../protocol/fields.ts";

/**
 * Reads what a request has to say: JSON, or the text as it stands as its `text`; what curl calls a form is taken as text
 * too, unless it begins with `text=`. `more` is said beside the body, and counts before it.
 */
export function readBody<T>(
  request: FastifyRequest,
  schema: v.GenericSchema<unknown, T>,
  more: Readonly<Record<string, unknown>> = {},
): Result<T> {
  const text = readText(request.body);
  if (!text.ok) return text;
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const fields = readFields(text.value, type);
  if (!fields.ok) return fields;
  const parsed = v.safeParse(schema, { ...fields.value, ...more }, { abortEarly: true });
  return parsed.success ? accepted(parsed.output) : refusalOf(parsed.issues);
}

function readText(body: unknown): Result<string> {
  if (!(body instanceof Uint8Array)) return refused("empty");
  try {
    return accepted(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return refused("bad_text");
  }
}

/** What a decoder puts in place of bytes that are not UTF-8, as it stands or percent-encoded. */
const replacement = /\uFFFD|%EF%BF%BD/i;

function readFields(text: string, type: string | undefined): Result<object> {
  if (type === "application/json") {
    try {
      const json: unknown = JSON.parse(text);
      return typeof json === "object" && json !== null ? accepted(json) : refused("bad_json");
    } catch {
      return refused("bad_json");
    }
  }
  if (type === "application/x-www-form-urlencoded" && text.startsWith("text=")) {
    const fields = new URLSearchParams(text);
    const isSpoilt = replacement.test(fields.toString()) && !replacement.test(text);
    return isSpoilt ? refused("bad_text") : accepted(Object.fromEntries(fields));
  }
  return accepted({ text });
}
