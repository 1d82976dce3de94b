import { resolve } from "node:path";
import { FolderInUse } from "../store/folder-lock.ts";
import { keepTranscripts, type TranscriptsOptions } from "../store/transcripts.ts";
import { StartupError } from "./startup-error.ts";

/** Keeps transcripts in a folder. Rejects with a {@link StartupError} that says what to do when it cannot be used. */
export async function openTranscripts(options: TranscriptsOptions): Promise<AsyncDisposable> {
  const folder = resolve(options.folder);
  try {
    return await keepTranscripts({ ...options, folder });
  } catch (error) {
    const why =
      error instanceof FolderInUse
        ? `Another server keeps its transcripts in ${folder}. Stop it, or`
        : `Transcripts cannot be kept in ${folder} (${String(error)}). Give this user the right to write it, or`;
    throw new StartupError(`${why} choose another folder with --transcripts.`, { cause: error });
  }
}
