import type { FastifyInstance } from "fastify";
import helmet from "helmet";
import { pageStyles } from "./page.ts";

/** Sends with every answer what a browser may do with it: nothing but what the page needs. [D3] */
export function addSecurityHeaders(app: FastifyInstance): void {
  // Fastify's own plugin for it reads these options anew for every request.
  const secure = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: [...pageStyles()],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        fontSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    // Without TLS a LAN over http must go on working. [D3]
    strictTransportSecurity: false,
    // A page of an allowed origin reads the API across origins; CORS says which.
    crossOriginResourcePolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  app.addHook("onRequest", (request, reply, done) => secure(request.raw, reply.raw, () => done()));
}
