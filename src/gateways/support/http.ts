import type { FastifyRequest } from "fastify";

/** The token of `Authorization: Bearer …`. RFC 6750 §2.1 */
export const bearerToken = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
