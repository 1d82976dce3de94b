import type { AccountStore, Ban, Banned, KeptName, WrittenSession } from "../../src/core/account-store.ts";
import type { DisplayName, SessionId, UserId } from "../../src/protocol/ids.ts";

/** What {@link memoryAccounts} keeps, so that it can be opened again. */
export interface AccountMemory {
  version: number;
  life: string;
  readonly names: Map<UserId, { readonly kept: KeptName | undefined; readonly version: number }>;
  readonly sessions: Map<SessionId, WrittenSession & { readonly version?: number }>;
  readonly bans: Map<Banned, { readonly ban: Ban; readonly version: number }>;
}

export const newAccountMemory = (): AccountMemory => ({
  version: 0,
  life: "",
  names: new Map(),
  sessions: new Map(),
  bans: new Map(),
});

/** Kept names, sessions and bans without a disk; each thing is done in a step of `step`. `spoke` tells who said something last. */
export function memoryAccounts(
  memory: AccountMemory,
  step: <T>(work: () => T) => Promise<T>,
  spoke: (name: DisplayName) => UserId | undefined,
): AccountStore {
  const { names, sessions, bans } = memory;
  return {
    changes: (since) =>
      step(() => ({
        version: memory.version,
        life: memory.life,
        names: [...names]
          .filter(([, { version }]) => version > since)
          .sort(([, a], [, b]) => a.version - b.version)
          .map(([user, { kept }]) => ({ user, name: kept?.name ?? (null as DisplayName | null) })),
        ended: [...sessions.values()].filter(({ version = 0 }) => version > since).map(({ id }) => id),
        bans: [...bans.values()]
          .filter(({ version }) => version > since)
          .sort((a, b) => a.version - b.version)
          .map(({ ban }) => ban),
      })),
    keepName: (kept) =>
      step(() => {
        const keys = new Set(kept.keys);
        const others = [...names.values()].flatMap((name) => (name.kept?.user === kept.user ? [] : (name.kept ?? [])));
        if (others.some((other) => other.keys.some((key) => keys.has(key)))) return false;
        names.set(kept.user, { kept, version: ++memory.version });
        return true;
      }),
    dropName: (user) => step(() => void names.set(user, { kept: undefined, version: ++memory.version })),
    proofOf: (user) => step(() => names.get(user)?.kept?.proof),
    addSession: (session) => step(() => void (sessions.has(session.id) || sessions.set(session.id, session))),
    sessionsOf: (user) =>
      step(() =>
        [...sessions.values()]
          .filter((session) => session.user === user && session.version === undefined)
          .sort((a, b) => b.seen - a.seen || b.created - a.created)
          .map(({ version: _, ...session }) => session),
      ),
    endSessions: (user, ids, at) =>
      step(() => {
        memory.version++;
        for (const id of ids) {
          const session = sessions.get(id) ?? { id, user, agent: "", created: at, seen: at };
          if (session.user !== user || session.version !== undefined) continue;
          sessions.set(id, { ...session, seen: at, version: memory.version });
        }
      }),
    touchSessions: (seen) =>
      step(() => {
        for (const [id, at] of seen) {
          const session = sessions.get(id);
          if (session && session.version === undefined) {
            sessions.set(id, { ...session, seen: Math.max(session.seen, at) });
          }
        }
      }),
    forgetSessions: (ms, now) =>
      step(() => {
        const newest = Math.max(...[...sessions.values()].map(({ seen }) => seen));
        for (const { id, seen } of sessions.values()) if (seen < Math.min(now, newest) - ms) sessions.delete(id);
      }),
    writeBan: (ban) => step(() => void bans.set(ban.who, { ban, version: ++memory.version })),
    lastSpeaker: (name) => step(() => spoke(name)),
  };
}
