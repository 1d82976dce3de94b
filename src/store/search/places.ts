/** Where a message is. */
export interface Place {
  readonly roomId: number;
  readonly seq: number;
}

/** How many rooms there are, their ids (8 bytes each); then, of each message, which room it is (2 bytes) and its seq (4 bytes). */
export function encodePlaces(places: readonly Place[]): Uint8Array {
  const rooms = [...new Set(places.map(({ roomId }) => roomId))];
  const numbers = new Map(rooms.map((room, number) => [room, number]));
  const header = 4 + rooms.length * 8;
  const view = new DataView(new ArrayBuffer(header + places.length * 6));
  view.setUint32(0, rooms.length, true);
  for (const [number, room] of rooms.entries()) view.setFloat64(4 + number * 8, room, true);
  for (const [position, { roomId, seq }] of places.entries()) {
    view.setUint16(header + position * 2, numbers.get(roomId) ?? 0, true);
    view.setUint32(header + places.length * 2 + position * 4, seq, true);
  }
  return new Uint8Array(view.buffer);
}

/** The places of a block's messages, by position, as they were encoded: read where they are asked for, which few are. */
export class Places {
  readonly length: number;
  readonly #view: DataView;
  readonly #header: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#header = 4 + this.#view.getUint32(0, true) * 8;
    this.length = (bytes.length - this.#header) / 6;
  }

  /** The place at a position before {@link length}. */
  at(position: number): Place {
    const room = this.#view.getUint16(this.#header + position * 2, true);
    return {
      roomId: this.#view.getFloat64(4 + room * 8, true),
      seq: this.#view.getUint32(this.#header + this.length * 2 + position * 4, true),
    };
  }

  /** The first position of such a place; {@link length} if there is none. */
  find(isSuch: (place: Place) => boolean): number {
    let position = 0;
    while (position < this.length && !isSuch(this.at(position))) position++;
    return position;
  }
}
