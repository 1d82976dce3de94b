import assert from "node:assert/strict";
import fc from "fast-check";
import type { Position } from "../../src/protocol/client-frames.ts";
import type { Epoch } from "../../src/protocol/ids.ts";
import { messageId } from "../support/drafts.ts";
import { clientCount, type Model, roomCount } from "./model.ts";
import type { System } from "./system.ts";

type Command = fc.AsyncCommand<Model, System>;
type Run<T> = (model: Model, system: System, value: T) => void | Promise<void>;

/** A command that is carried out without waiting for what comes of it; then everything is looked at. */
function command<T>(name: string, values: fc.Arbitrary<T>, run: Run<T>, isPossible = (_: Readonly<Model>) => true) {
  return values.map(
    (value): Command => ({
      check: isPossible,
      run: async (model, system) => {
        await run(model, system, value);
        await model.check(system);
      },
      toString: () => `${name} ${fc.stringify(value)}`,
    }),
  );
}

const nothing = fc.constant({});
const client = fc.nat({ max: clientCount - 1 });
const room = fc.nat({ max: roomCount - 1 });
const text = fc.constantFrom("hi", "สวัสดี ครับ 👩\u200d🚀", "привет, \u202bשלום");
// Few, so that the same one is often sent again.
const id = fc.nat({ max: 7 });
// Each room has its own: a refusal tells the id and not the room. That one id in two rooms is two, the store contract has.
const idIn = (room: number, id: number) => messageId(id * roomCount + room);

const otherEpoch = "0123456789abcdef" as Epoch;
const from = fc.constantFrom("position", "position", "behind", "behind", "nowhere", "ahead", "other epoch", "other id");

/** A position to come back from, made of the one somebody has. */
function positionFrom(own: Position | undefined, which: string): Position | undefined {
  const { epoch, seq } = own ?? { epoch: otherEpoch, seq: 0 };
  switch (which) {
    case "position":
      return own;
    case "behind":
      return { epoch, seq: Math.max(0, seq - 250) };
    case "ahead":
      return { epoch, seq: 1_000_000 };
    case "other epoch":
      return own && { ...own, epoch: otherEpoch };
    case "other id":
      return own && seq > 0 ? { ...own, id: messageId("another") } : own;
    default:
      return undefined;
  }
}

const send = command("send", fc.record({ client, room, id, text }), (model, system, value) =>
  model.say(system, value.client, model.room(value.room), { id: idIn(value.room, value.id), text: value.text }),
);

const sendAtOnce = command("send at once", fc.record({ room, id, text, other: text }), (model, system, value) => {
  for (const index of model.clients.keys()) {
    model.say(system, index, model.room(value.room), {
      id: idIn(value.room, value.id),
      text: index === 0 ? value.other : value.text,
    });
  }
});

const what = fc.oneof(
  fc.record({ kind: fc.constant("edit" as const), text }),
  fc.record({
    kind: fc.constantFrom("react" as const, "unreact" as const),
    text: fc.constantFrom("👍", "👩🏽\u200d🚀"),
  }),
  fc.record({ kind: fc.constant("delete" as const), text: fc.constant("") }),
  fc.record({ kind: fc.constant("topic" as const), text: fc.constantFrom("чай", "ชา", "") }),
);
// Some under an id that a message may have, most of what was said lately, by whomever.
const changeId = fc.nat({ max: 15 });
const back = fc.nat({ max: 6 });

const change = command("change", fc.record({ client, room, id: changeId, back, what }), (model, system, value) => {
  const name = model.room(value.room);
  const log = model.log(name);
  const target = value.what.kind === "topic" ? undefined : (log.idAt(log.head - value.back) ?? messageId("nothing"));
  model.tell(system, value.client, name, { id: idIn(value.room, value.id), target, ...value.what });
});

/** What is said and changed before anybody can have heard of it. */
const several = fc.array(what, { minLength: 2, maxLength: 5 });
const changeAtOnce = command("change at once", fc.record({ client, room, several }), (model, system, value) => {
  const name = model.room(value.room);
  const message = model.newId();
  model.say(system, value.client, name, { id: message, text: "ще ні" });
  for (const what of value.several) {
    const target = what.kind === "topic" ? undefined : message;
    model.tell(system, value.client, name, { id: model.newId(), target, ...what });
  }
});

const count = fc.integer({ min: 50, max: 200 });
// Of the long ones a hundred and some are more than a page, and more than a room has in memory when it is opened.
const length = fc.constantFrom(1, 1_100);
const sendMany = command("send many", fc.record({ client, room, count, length }), (model, system, value) => {
  for (let n = 0; n < value.count; n++) {
    model.say(system, value.client, model.room(value.room), { id: model.newId(), text: "ж".repeat(value.length) });
  }
});

const join = command(
  "join",
  fc.record({ client, room, from, isSlow: fc.boolean() }),
  (model, system, { from, isSlow, ...value }) => {
    const name = model.room(value.room);
    const line = model.join(system, value.client, name, positionFrom(model.positionIn(value.client, name), from));
    system.slow(line.guest, isSlow);
  },
);

const leave = command("leave", fc.record({ client, room }), (model, _, value) => {
  const name = model.room(value.room);
  model.lineIn(value.client, name)?.leave(name);
});

const cut = command("cut", client, (model, _, index) => {
  model.client(index).line?.guest.cut();
  model.client(index).line = undefined;
});

const allGo = command("all go", nothing, (model) => model.leaveAll());

// An empty room is closed, and has only its last messages in memory when it is opened again: who then comes back from
// far behind reads from the disk, while somebody speaks. [R4]
const comeBack = command(
  "come back",
  fc.record({ client, room, isSlow: fc.boolean() }),
  async (model, system, value) => {
    const name = model.room(value.room);
    const speaker = (value.client + 1) % clientCount;
    model.leaveAll();
    model.join(system, speaker, name, undefined);
    await system.settle();
    await model.check(system);
    model.say(system, speaker, name, { id: model.newId(), text: "go on" });
    const { epoch, head } = model.log(name);
    const since = epoch && { epoch, seq: Math.max(0, head - 250) };
    system.slow(model.join(system, value.client, name, since).guest, value.isSlow);
  },
);

const history = command(
  "history",
  fc.record({
    client,
    room,
    backwards: fc.boolean(),
    at: fc.nat({ max: 400 }),
    limit: fc.integer({ min: 1, max: 100 }),
  }),
  (model, _, { backwards, limit, ...value }) => {
    const name = model.room(value.room);
    const at = Math.min(value.at, model.positionIn(value.client, name)?.seq ?? 0);
    model.lineIn(value.client, name)?.askHistory(name, backwards ? { limit, before: at + 1 } : { limit, after: at });
  },
);

const step = command("step", nothing, (_, system) => system.step());

const settle = command("settle", nothing, async (model, system) => {
  await system.settle();
  await model.checkSettled(system);
});

const wait = command("wait", nothing, async (model, system) => {
  await system.settle();
  await system.wait();
  await model.checkSettled(system);
});

const restart = command("restart", nothing, async (model, system) => {
  await system.drain();
  await model.checkDrained(system);
  await system.restart();
});

const crash = command("crash", fc.record({ done: fc.nat({ max: 3 }) }), async (model, system, { done }) => {
  model.forgetLines();
  await system.crash(done);
});

const backUp = command("back up", nothing, async (model, system) => {
  await system.backUp();
  model.backedUp();
});

const restore = command(
  "restore",
  fc.record({ byHand: fc.boolean() }),
  async (model, system, { byHand }) => {
    await system.drain();
    await model.checkDrained(system);
    const before = new Set([...model.logs.values()].map(({ epoch }) => epoch));
    await system.restore(byHand);
    model.restored(byHand);
    await model.check(system);
    if (byHand) return;
    for (const { epoch } of model.logs.values()) assert.ok(!epoch || !before.has(epoch), "[L4] a new epoch");
  },
  (model) => model.hasBackup,
);

const often = [
  send,
  send,
  send,
  sendAtOnce,
  change,
  change,
  changeAtOnce,
  join,
  join,
  comeBack,
  cut,
  history,
  step,
  step,
  step,
  settle,
];
const seldom = [sendMany, sendMany, allGo, leave, wait];
const dear = [restart, crash, backUp, restore];

/** Anything that may happen, the ordinary more often than the rare. */
export const commands = fc.commands([...often, ...often, ...often, ...seldom, ...seldom, ...dear], {
  size: "max",
  maxCommands: 100,
});
