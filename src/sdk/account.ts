import type { AccountFrameInput, AccountFrameType } from "../protocol/account-frames.ts";
import type { SessionInfo } from "../protocol/server-frames.ts";
import { askBeside } from "./beside.ts";
import type { OnDemandParts } from "./on-demand.ts";
import type { Account } from "./types.ts";

/** How long a passphrase may wait for its turn on a busy server. */
const hashingMs = 10_000;

type Fields<T extends AccountFrameType> = Omit<Extract<AccountFrameInput, { type: T }>, "type" | "ref">;

/** Asks by requests of their own, whatever carries the line. */
export class HttpAccount implements Account {
  readonly #parts: OnDemandParts;

  constructor(parts: OnDemandParts) {
    this.#parts = parts;
  }

  claim(name: string, passphrase: string): Promise<void> {
    return this.#become("claim", { name, passphrase });
  }

  login(name: string, passphrase: string): Promise<void> {
    return this.#become("login", { name, passphrase });
  }

  changePassphrase(passphrase: string, newPassphrase: string): Promise<void> {
    return this.#become("change_passphrase", { passphrase, new_passphrase: newPassphrase });
  }

  unclaim(passphrase: string): Promise<void> {
    return this.#become("unclaim", { passphrase });
  }

  sessions(): Promise<readonly SessionInfo[]> {
    return this.#sessions("sessions", {});
  }

  endSession(session: string): Promise<readonly SessionInfo[]> {
    return this.#sessions("end_session", { session });
  }

  async #become<T extends AccountFrameType>(type: T, fields: Fields<T>): Promise<void> {
    const { requests, value } = await this.#ask(type, fields);
    this.#parts.adopt(requests.frame("welcome", value));
  }

  async #sessions<T extends AccountFrameType>(type: T, fields: Fields<T>): Promise<readonly SessionInfo[]> {
    const { requests, value } = await this.#ask(type, fields);
    return requests.frame("sessions", value).sessions;
  }

  #ask<T extends AccountFrameType>(type: T, body: Fields<T>): ReturnType<typeof askBeside> {
    return askBeside(this.#parts, `/api/v1/${type}`, { body, waitMs: hashingMs });
  }
}
