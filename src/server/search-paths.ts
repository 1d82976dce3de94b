import { searchQuerySchema } from "../gateways/search.ts";
import { searchDefault, searchLimit } from "../protocol/limits.ts";
import { answering, type JsonSchema, queryOf, reference, room } from "./api-schemas.ts";

const results = {
  type: "object",
  required: ["messages"],
  properties: {
    messages: { type: "array", items: reference("message") },
    next: {
      type: "string",
      description: "The cursor to go on from, if there may be more: `before` of the next request.",
    },
  },
};

const query = queryOf(searchQuerySchema, {
  q: "Words, and phrases between quotation marks.",
  room: "Where to look; everywhere, if it is left out.",
  before: "The `next` of the page before.",
  limit: `At most so many messages, ${searchLimit} at the most; ${searchDefault}, if it is left out.`,
});

const search = (parameters: readonly JsonSchema[]) => ({
  get: {
    summary: "Finds the newest messages that have every word of `q`",
    parameters: [...parameters, ...query.filter(({ name }) => name !== "room" || parameters.length === 0)],
    responses: answering("What was found, the newest first.", results),
  },
});

/** Where what was said is looked for. [Q1] */
export const searchPaths = { "/search": search([]), "/rooms/{room}/search": search([room]) };
