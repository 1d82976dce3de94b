/** Where a message is. */
export interface Place {
  readonly roomId: number;
  readonly seq: number;
}

/** The places of a block's messages, by position. */
export interface Places {
  readonly rooms: readonly number[];
  /** By position: which of the rooms. */
  readonly roomAt: Uint16Array;
  readonly seqAt: Uint32Array;
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

export function decodePlaces(bytes: Uint8Array): Places {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const roomCount = view.getUint32(0, true);
  const header = 4 + roomCount * 8;
  const count = (bytes.length - header) / 6;
  const rooms = Array.from({ length: roomCount }, (_, number) => view.getFloat64(4 + number * 8, true));
  const roomAt = new Uint16Array(count);
  const seqAt = new Uint32Array(count);
  for (let position = 0; position < count; position++) {
    roomAt[position] = view.getUint16(header + position * 2, true);
    seqAt[position] = view.getUint32(header + count * 2 + position * 4, true);
  }
  return { rooms, roomAt, seqAt };
}

export const placeAt = ({ rooms, roomAt, seqAt }: Places, position: number): Place => ({
  roomId: rooms[roomAt[position] ?? 0] ?? 0,
  seq: seqAt[position] ?? 0,
});
