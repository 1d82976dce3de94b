import * as v from "valibot";
import { helloSchema, renameSchema } from "../gateways/hello.ts";
import { type AccountFrameType, accountFrameSchemas } from "../protocol/account-frames.ts";
import { answering, reference, refusal, taking } from "./api-schemas.ts";

const summaries: Readonly<Record<AccountFrameType, string>> = {
  claim: "Keeps a name for who asks; without a token, for somebody new",
  login: "Gives a token of a new session to who knows a name's passphrase",
  change_passphrase: "Another passphrase; every other session ends",
  unclaim: "Gives a name up",
  sessions: "Where this person is signed in",
  end_session: "Ends one session, or all others",
};

const accountFramePaths = Object.fromEntries(
  Object.entries(summaries).map(([type, summary]) => {
    const { type: _, ...entries } = accountFrameSchemas[type as AccountFrameType].entries;
    const answer = type === "sessions" || type === "end_session" ? "sessions" : "welcome";
    const responses = answering(`The frame \`${answer}\`.`, reference(answer));
    return [`/api/v1/${type}`, { post: { summary, requestBody: taking(v.object(entries)), responses } }];
  }),
);

const keyForm = {
  type: "object",
  required: ["key"],
  properties: {
    key: { type: "string" },
    to: { type: "string", description: "Where to go on to, a path of this server; `/`, if it is left out." },
  },
};

/** Coming in, and who somebody is, over plain HTTP. [D6] [I2] [I3] */
export const accountPaths = {
  "/api/v1/key": {
    post: {
      summary: "Takes the access key from a browser that was asked for it; only where there is one",
      security: [{}],
      requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema: keyForm } } },
      responses: {
        303: {
          description: "It is the key: leads to `to`, with the cookie that lets in until the key changes.",
          headers: { Location: { schema: { type: "string" } }, "Set-Cookie": { schema: { type: "string" } } },
        },
        default: { ...refusal, content: { ...refusal.content, "text/html": { schema: { type: "string" } } } },
      },
    },
  },
  "/api/v1/hello": {
    post: {
      summary: "Comes in without a socket: as the token's owner, else as somebody new",
      requestBody: taking(helloSchema),
      responses: answering("The frame `welcome`, with a token for the requests that follow.", reference("welcome")),
    },
  },
  "/api/v1/rename": {
    post: {
      summary: "Gives the token's owner another name",
      security: [{ token: [] }],
      requestBody: taking(renameSchema),
      responses: answering("The frame `welcome`, with a token that carries the name.", reference("welcome")),
    },
  },
  ...accountFramePaths,
};
