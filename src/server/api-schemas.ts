import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { knownFlag, knownNumber } from "../protocol/fields.ts";
import { listedRoomSchema, sessionSchema } from "../protocol/lists.ts";
import { knownRooms } from "../protocol/room-answers.ts";
import { knownSessions } from "../protocol/server-frames.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema as it is written on the wire. What a schema checks by code only is described as the text that it is. */
export function describe(schema: v.GenericSchema, typeMode: "input" | "output" = "input"): JsonSchema {
  const { $schema: _, ...described } = toJsonSchema(schema, {
    typeMode,
    errorMode: "ignore",
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema === knownNumber) return { ...jsonSchema, type: "number", minimum: 0 };
      if (valibotSchema === knownRooms) return { ...jsonSchema, type: "array", items: describe(listedRoomSchema) };
      if (valibotSchema === knownSessions) return { ...jsonSchema, type: "array", items: describe(sessionSchema) };
      if (valibotSchema === knownFlag) return { ...jsonSchema, type: "boolean" };
      return valibotSchema.type === "custom" ? { ...jsonSchema, type: "string" } : undefined;
    },
  });
  return described;
}

export const describeAll = (schemas: Readonly<Record<string, v.GenericSchema>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, describe(schema)]));

export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
export const json = (schema: JsonSchema) => ({ "application/json": { schema } });

export const refusal = {
  description: "Refused; `code` says why.",
  content: { "application/problem+json": { schema: reference("problem") } },
};

export const parameter = (name: string, description: string) => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});
export const room = parameter("room", "Letters, marks, digits, `-` and `_` of any script, 1–64 of them.");
