/** SQLite's primary result codes that mean something here. https://www.sqlite.org/rescode.html */
export const resultCodes = {
  perm: 3,
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};

const { perm, busy, readOnly, ioError, corrupt, full, cannotOpen, notADatabase } = resultCodes;

/** The extended code of a full disk on which the memory that connections share has no room: an I/O error to SQLite. */
const noRoomToShare = 10 | (19 << 8);

/** SQLite's primary result code of an error; `undefined` for an error of another kind. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether writing may work again without a restart: the disk is full, or another program holds the file. [L3] */
export const isPassing = (error: unknown): boolean => [full, busy].includes(resultCode(error) ?? -1);

/** Whether it is the file's own content that is at fault. */
export const isDamage = (error: unknown): boolean => [corrupt, notADatabase].includes(resultCode(error) ?? -1);

/** What is said of a file whose content is at fault. */
export const damaged = (file: string): string =>
  `${file} is damaged or is not a database. Put a backup in its place, or move it away to start anew.`;

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Why something could not be done with a database that had been opened. */
export const whyRefused = (error: unknown, file: string): string =>
  isDamage(error) ? damaged(file) : messageOf(error);

/** Why a database could not be opened, and what to do. */
export function whyNotOpened(error: unknown, file: string): string {
  if (isDamage(error)) return damaged(file);
  const { errcode } = error as { errcode?: unknown };
  switch (errcode === noRoomToShare ? full : resultCode(error)) {
    case readOnly:
      return `${file} cannot be written. Give this user the right to write it, or choose another folder with --data.`;
    case perm:
    case cannotOpen:
      return `${file} cannot be opened. Give this user the right to read and write it and its folder, or choose another folder with --data.`;
    case full:
      return `There is no room on the disk for ${file}. Free some, or choose another folder with --data.`;
    case ioError:
      return `The disk failed while reading ${file}. Check it, or choose another folder with --data.`;
    case busy:
      return `Another program is using ${file}. End it, or choose another folder with --data.`;
    default:
      return `${file} cannot be used: ${messageOf(error)}`;
  }
}
