/** As what a room can be exported and imported. */
export const transferFormats = ["txt", "json", "ndjson"] as const;
export type TransferFormat = (typeof transferFormats)[number];
