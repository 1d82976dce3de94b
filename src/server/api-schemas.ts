import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { knownFlag, knownNumber, knownText } from "../protocol/fields.ts";
import { headSchema, listedRoomSchema, sessionSchema } from "../protocol/lists.ts";
import { knownRooms } from "../protocol/room-answers.ts";
import { headsField, knownSessions } from "../protocol/server-frames.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The one number that the server tells which need not be whole. */
const anyNumber = { type: "number", minimum: 0 } as const;

/** A schema as it is written on the wire. Throws for one that code alone checks and that is not described here. */
export function describe(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...described } = toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema === knownText) return { ...jsonSchema, type: "string" };
      // Of a mere number a generated client makes a float, which loses a large `seq` and writes it with an exponent.
      if (valibotSchema === knownNumber) return { ...jsonSchema, type: "integer", minimum: 0 };
      const { properties } = jsonSchema;
      if (properties?.["send_rate"]) return { ...jsonSchema, properties: { ...properties, send_rate: anyNumber } };
      if (valibotSchema === knownRooms) return { ...jsonSchema, type: "array", items: describe(listedRoomSchema) };
      if (valibotSchema === knownSessions) return { ...jsonSchema, type: "array", items: describe(sessionSchema) };
      if (valibotSchema === knownFlag) return { ...jsonSchema, type: "boolean" };
      if (valibotSchema === headsField) {
        return { ...jsonSchema, type: "object", additionalProperties: describe(headSchema) };
      }
      if (valibotSchema.type === "custom") throw new TypeError("nobody has said how this is written on the wire");
      return undefined;
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

export const answering = (description: string, schema: JsonSchema) => ({
  200: { description, content: json(schema) },
  default: refusal,
});

/** A body of JSON; one of which nothing is required may be left out. */
export function taking(schema: v.GenericSchema) {
  const described = describe(schema);
  const { required } = described as { required: readonly string[] };
  return { required: required.length > 0, content: json(described) };
}

export const parameter = (name: string, description: string) => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});

/** What may follow the `?` of an address, each with what it is for. What may be left out is not written as `null` there. */
export function queryOf<E extends v.ObjectEntries>(
  schema: v.ObjectSchema<E, undefined>,
  purposes: Readonly<Record<keyof E & string, string>>,
): readonly JsonSchema[] {
  const { properties, required } = describe(schema) as {
    properties: Readonly<Record<string, JsonSchema>>;
    required: readonly string[];
  };
  return Object.entries<string>(purposes).map(([name, description]) => {
    const { anyOf: [given] = [properties[name]] } = properties[name] as { anyOf?: readonly JsonSchema[] };
    return { name, in: "query", ...(required.includes(name) && { required: true }), description, schema: given };
  });
}

export const room = parameter("room", "Letters, marks, digits, `-` and `_` of any script, 1–64 of them.");
