/** Whether somebody begins as HTTP does: a browser can be made to send a request to any port. [D5] */
export const readsLikeHttp = (line: string): boolean => /^[A-Z]+ \S+ HTTP\/\d/.test(line);

/** Whether that could still come of it: a long line may come in pieces, with silence between. */
export const mayBecomeHttp = (text: string): boolean => /^[A-Z]{1,32}(?: \S{0,65536}(?: [HTP/]{0,5})?)?$/.test(text);

/** Whether somebody begins as TLS does, as a browser that is sent to `https` at any port. RFC 8446 §5.1 [D5] */
export const readsLikeTls = (first: Uint8Array): boolean => first[0] === 0x16 && first[1] === 3;
