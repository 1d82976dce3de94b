/** How one says something to a gateway, whatever stands around it on the wire. */
export interface Speech {
  /** The payload that says these words, or has these bytes where words would be. */
  say(content: string | Uint8Array): Buffer;
  /** Words whose payload is as long as this. */
  ofLength(bytes: number): string;
  readonly readsBinary: boolean;
}

/** Bytes in, and what must come of them. */
export interface Exchange {
  /** Each piece goes to the socket by itself. */
  readonly send: readonly Uint8Array[];
  /** What the room, or the echo, has then heard, and nothing else. */
  readonly heard?: readonly string[];
  readonly pongs?: readonly string[];
  /** The code of the server's Close frame; without one, the connection lives on. */
  readonly close?: number | "without a code";
}

export interface Case {
  /** A section of RFC 6455. */
  readonly rfc: string;
  readonly says: string;
  readonly exchange: (speech: Speech) => Exchange;
}

export const thai = "น้ำ ใจ";
export const bytesOf = (...bytes: readonly number[]) => Buffer.from(bytes);
export const half = (payload: Buffer) => [
  payload.subarray(0, payload.length >> 1),
  payload.subarray(payload.length >> 1),
];
export const eachByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));

export const row = (rfc: string, says: string, exchange: Case["exchange"]): Case => ({ rfc, says, exchange });
export const refused = (
  rfc: string,
  says: string,
  code: number,
  send: (speech: Speech) => readonly Uint8Array[],
): Case => row(rfc, says, (speech) => ({ send: send(speech), close: code }));
