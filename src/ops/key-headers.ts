/** How a program gives a server's access key with a request: as the password of nobody by name. RFC 7617 §2 [D6] */
export const keyHeaders = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Basic ${Buffer.from(`:${key}`).toString("base64")}` };
