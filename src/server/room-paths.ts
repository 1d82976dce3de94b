import * as v from "valibot";
import { directSchema, listSchema, readSchema } from "../gateways/rooms.ts";
import { roomsLimit } from "../protocol/limits.ts";
import { roomAnswerSchemas } from "../protocol/room-answers.ts";
import { answering, describe, queryOf, room, taking } from "./api-schemas.ts";

const integer = { type: "integer" };
const other = {
  type: "object",
  description: "With whom it is shared, if it is a direct conversation.",
  properties: { user: { type: "object", properties: { id: { type: "string" }, name: { type: "string" } } } },
};

const entered = {
  type: "object",
  required: ["room", "epoch", "head", "count"],
  properties: {
    room: { type: "string" },
    epoch: { type: "string" },
    head: integer,
    count: integer,
    topic: { type: "string" },
    direct: other,
    read: { ...integer, description: "With a token: up to where its owner has read." },
    unread: { ...integer, description: "With a token: how many messages there are after that, 1,000 at the most." },
  },
};

/** Finding rooms and people over plain HTTP. [P1] [P2] [P3] */
export const roomPaths = {
  "/rooms": {
    get: {
      summary: "The rooms that there are, by latest message; with a token also its owner's direct conversations",
      parameters: queryOf(listSchema, {
        after: "The `next` of the page before.",
        limit: `At most so many rooms, ${roomsLimit} at the most, and if it is left out.`,
      }),
      responses: answering(
        "A page; `next` is `after` of the next request.",
        describe(v.omit(roomAnswerSchemas.rooms, ["type", "ref"])),
      ),
    },
  },
  "/rooms/{room}": {
    post: {
      summary: "Enters a room, which makes it if it is new",
      parameters: [room],
      responses: answering("Where it stands.", entered),
    },
  },
  "/rooms/{room}/read": {
    post: {
      summary: "Says up to where one has read a room; never back",
      security: [{ token: [] }],
      parameters: [room],
      requestBody: taking(readSchema),
      responses: answering("Up to where it counts as read.", {
        type: "object",
        required: ["room", "seq"],
        properties: { room: { type: "string" }, seq: integer },
      }),
    },
  },
  "/api/v1/direct": {
    post: {
      summary: "Enters the direct conversation with somebody, by their name or id",
      security: [{ token: [] }],
      requestBody: taking(directSchema),
      responses: answering("Where it stands.", entered),
    },
  },
};
