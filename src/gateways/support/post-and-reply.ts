import type { FastifyReply } from "fastify";
import type { Hub } from "../../core/hub.ts";
import { timeOf } from "../../core/messages.ts";
import type { Appended } from "../../core/ports.ts";
import type { Post } from "../../core/post.ts";
import type { Language } from "../../locales/words.ts";
import { sendProblem } from "./problem.ts";

interface PostOptions {
  readonly hub: Hub;
  readonly language: Language;
  readonly post: Post;
  /** The status of the answer where it was stored. */
  readonly status: 200 | 201;
}

/** Says or changes something in a room, and answers with its place in the log once it is on disk. [S1] [E1] */
export async function postAndReply(reply: FastifyReply, { hub, language, post, status }: PostOptions) {
  const outcome = await new Promise<Appended>((resolve) => hub.post(post, resolve));
  if (!outcome.ok) return sendProblem(reply, outcome.error, language);
  const { event, dup } = outcome.value;
  const { room, seq, id } = event;
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .send({ room, seq, id, ts: timeOf(event), dup });
}
