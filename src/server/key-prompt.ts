import { existsSync, readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply } from "fastify";
import { sendProblem } from "../gateways/support/problem.ts";
import { pickLanguage, serverWords } from "../locales/server.ts";
import type { Language } from "../locales/words.ts";
import { type ChatError, errorStatus } from "../protocol/codes.ts";
import type { Access } from "./access.ts";
import { pageFile, styleHash } from "./page.ts";
import type { Visitors } from "./visitors.ts";

/** Where the prompt's form goes, and whoever looks after the process. `/metrics` has a token of its own. */
const open: ReadonlySet<string | undefined> = new Set(["/api/v1/key", "/healthz", "/readyz", "/metrics"]);

const css = `
:root{color-scheme:light dark;--ink:light-dark(#2c2118,#efe9e1);--soft:light-dark(#64594f,#b3a99c);--accent:light-dark(#0b6b64,#5cd0c0);--bad:light-dark(#b3261e,#ff9d90)}
*{box-sizing:border-box}
html{height:100%}
html:lang(th){line-height:1.62}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:18px;font:400 16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Thai",sans-serif;color:var(--ink);background:linear-gradient(160deg,light-dark(#fbf0e2,#1d1612),light-dark(#d9eff0,#0f1a20))}
main{width:min(100%,420px);padding:clamp(22px,8vw,34px) clamp(20px,7vw,32px);border-radius:30px;background:light-dark(#fffffff0,#241f1bf0);box-shadow:0 28px 80px -20px light-dark(#5a3c1e4d,#000000b3)}
h1{display:flex;align-items:center;gap:14px;margin:0;font:700 32px/1.2 ui-rounded,system-ui,sans-serif;letter-spacing:-.035em}
h1 img{width:52px;height:52px;border-radius:15px}
p{margin:14px 0 24px;color:var(--soft)}
form{display:grid;gap:6px}
label{font-size:13.5px;font-weight:600;color:var(--soft)}
input{width:100%;min-height:48px;padding:10px 14px;font:inherit;color:inherit;border:1.5px solid light-dark(#8f8377,#7a7066);border-radius:14px;background:light-dark(#fff,#2b2622)}
input[aria-invalid=true]{border-color:var(--bad)}
form p{margin:0;font-size:14px;color:var(--bad)}
button{min-height:52px;margin-top:16px;font:inherit;font-size:17px;font-weight:650;color:#fff;background:#0b6b64;border:0;border-radius:16px;cursor:pointer}
:focus-visible{outline:2.5px solid var(--accent);outline-offset:2px}
`;

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "www-authenticate": "Bearer",
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${styleHash(css)}`,
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join(";"),
  // Without a referrer a form has no origin either, and no way in. [D1] https://fetch.spec.whatwg.org/#append-a-request-origin-header
  "referrer-policy": "same-origin",
};

export interface KeyPromptOptions {
  readonly access: Access;
  readonly visitors: Visitors;
  readonly language: Language;
}

/**
 * Serves nothing over HTTP to who has not given the key, but a page that asks for it: one field, no
 * script. Programs get `key_required`. [D6] Before everything else that is served.
 */
export function addKeyPrompt(app: FastifyInstance, { access, visitors, language }: KeyPromptOptions): void {
  const icon = iconAddress();
  const refuse = (reply: FastifyReply, error: ChatError, to: string, given: boolean) => {
    const { request } = reply;
    if (!/\btext\/html\b/.test(request.headers.accept ?? "")) return sendProblem(reply, error, language);
    const spoken = pickLanguage(request.headers["accept-language"], language);
    const wait = error.retryAfterMs === undefined ? {} : { "retry-after": Math.ceil(error.retryAfterMs / 1000) };
    reply.refusal = error.code;
    reply.code(errorStatus[error.code]).headers({ ...headers, ...wait });
    return reply.send(promptPage({ language: spoken, to, icon, ...(given && { error }) }));
  };

  app.addHook("onRequest", async (request, reply) => {
    if (open.has(request.routeOptions.url)) return;
    const admission = access.judge(request.raw);
    if (admission.at === "in") return;
    const isGiven = admission.at === "refused";
    const error = isGiven ? admission.error : ({ code: "key_required" } as const);
    if (request.method !== "GET") return sendProblem(reply, error, language);
    return refuse(reply, error, pathOf(request.url), isGiven);
  });

  app.post("/api/v1/key", { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const form = new URLSearchParams(request.body instanceof Uint8Array ? Buffer.from(request.body).toString() : "");
    const to = pathOf(form.get("to") ?? "/");
    const error = access.judgeKey(form.get("key") ?? "", visitors.addressOf(request.raw));
    if (error) return refuse(reply, error, to, true);
    return reply
      .headers({ "set-cookie": access.cookieFor(request.raw), "cache-control": "no-store" })
      .redirect(to, 303);
  });
}

/** A path on this server: nobody is sent on to another. */
function pathOf(address: string): string {
  const here = "http://here";
  if (!URL.canParse(address, here)) return "/";
  const { origin, pathname, search } = new URL(address, here);
  // Two slashes are what a browser takes for another server. RFC 3986 §4.2
  return origin === here && !pathname.startsWith("//") ? pathname + search : "/";
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

interface Prompt {
  readonly language: Language;
  /** Where to go on to. */
  readonly to: string;
  readonly icon: string;
  /** What became of the last answer. */
  readonly error?: ChatError;
}

function promptPage({ language, to, icon, error }: Prompt): string {
  const say = serverWords[language];
  const problem = error && say(error.code === "key_required" ? "key.wrong" : `error.${error.code}`, error.params);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Parlance</title>
<link rel="icon" href="${icon}">
<style>${css}</style>
</head>
<body>
<main>
<h1><img src="${icon}" alt="">Parlance</h1>
<p>${escaped(say("key.ask"))}</p>
<form method="post" action="/api/v1/key">
<input type="hidden" name="to" value="${escaped(to)}">
<label for="key">${escaped(say("key.label"))}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus${problem ? ' aria-invalid="true" aria-describedby="problem"' : ""}>
${problem ? `<p id="problem" role="alert">${escaped(problem)}</p>` : ""}
<button>${escaped(say("key.enter"))}</button>
</form>
</main>
</body>
</html>
`;
}

/** The page's own icon, which the prompt may not ask for. */
function iconAddress(): string {
  const file = pageFile("icon.svg");
  return existsSync(file) ? `data:image/svg+xml;base64,${readFileSync(file).toString("base64")}` : "data:,";
}
