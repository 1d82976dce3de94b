import type { AccountFrameInput, AccountFrameType } from "../protocol/account-frames.ts";
import type { SessionInfo } from "../protocol/server-frames.ts";
import { HttpRequests } from "./http-requests.ts";
import type { OnDemandParts } from "./on-demand.ts";
import type { Account } from "./types.ts";

/** How long a passphrase may wait for its turn on a busy server. */
const hashingMs = 10_000;

type Fields<T extends AccountFrameType> = Omit<Extract<AccountFrameInput, { type: T }>, "type" | "ref">;

/** Asks by requests of their own, whatever carries the line. */
export class HttpAccount implements Account {
  readonly #requests: HttpRequests;
  readonly #parts: OnDemandParts;

  constructor(parts: OnDemandParts) {
    this.#requests = new HttpRequests(parts.address, parts.surroundings, parts.parse);
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

  async sessions(): Promise<readonly SessionInfo[]> {
    return this.#requests.frame("sessions", await this.#ask("sessions", {})).sessions;
  }

  async endSession(session: string): Promise<readonly SessionInfo[]> {
    return this.#requests.frame("sessions", await this.#ask("end_session", { session })).sessions;
  }

  async #become<T extends AccountFrameType>(type: T, fields: Fields<T>): Promise<void> {
    this.#parts.adopt(this.#requests.frame("welcome", await this.#ask(type, fields)));
  }

  async #ask<T extends AccountFrameType>(type: T, body: Fields<T>): Promise<object> {
    const { token, key, lang } = this.#parts.asker();
    this.#requests.token = token;
    this.#requests.key = key;
    this.#requests.language = lang;
    const { signal } = new AbortController();
    const answer = await this.#requests.ask(`/api/v1/${type}`, { body, waitMs: hashingMs, signal });
    if (answer.ok) return answer.value;
    throw new this.#parts.Refusal(answer.problem.code, answer.problem.message);
  }
}
