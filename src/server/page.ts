import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { Log } from "../core/ports.ts";

const folder = fileURLToPath(new URL("../../dist/page/", import.meta.url));
/** Where a file of the built page is. */
export const pageFile = (name: string): string => folder + name;

/** How a Content-Security-Policy allows a style that stands in a page. */
export const styleHash = (css: string): string => `'sha256-${createHash("sha256").update(css).digest("base64")}'`;

/** What the page's Content-Security-Policy allows as styles: its files, and those that stand in it, by their hash. */
export function pageStyles(): readonly string[] {
  const file = pageFile("index.html");
  const html = existsSync(file) ? readFileSync(file, "utf8") : "";
  return ["'self'", ...Array.from(html.matchAll(/<style>(.*?)<\/style>/gs), ([, css = ""]) => styleHash(css))];
}

const yearMs = 365 * 24 * 60 * 60 * 1000;

/**
 * Serves the page on `/`, `/r/{room}` and, at one of its messages, `/r/{room}/{seq}`. Files under
 * `assets/` carry a hash of their content in their names and never change; all were compressed when the
 * page was built. `isPrivate`: no cache on the way may hand them to others. [D6]
 */
export async function addPage(app: FastifyInstance, log: Log, { isPrivate }: { isPrivate: boolean }): Promise<void> {
  if (!existsSync(folder)) return log.warn({ folder }, "there is no page: build it with `npm run build`");
  await app.register(fastifyStatic, {
    root: folder,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const isHashed = file.startsWith(`${folder}assets/`);
      reply.header(
        "cache-control",
        isHashed ? `${isPrivate ? "private" : "public"}, max-age=${yearMs / 1000}, immutable` : "no-cache",
      );
    },
  });
  app.get("/", (_request, reply) => reply.sendFile("index.html"));
  for (const path of ["/r/:room", "/r/:room/:seq"]) app.get(path, (_request, reply) => reply.sendFile("index.html"));
  app.get<{ Params: { room: string } }>("/chat/:room", (request, reply) =>
    reply.redirect(`/r/${encodeURIComponent(request.params.room)}`),
  );
}
