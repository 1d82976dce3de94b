import assert from "node:assert/strict";
import { test } from "node:test";
import { check, type Log, type ViolationKind } from "./checker.ts";
import { type Delivery, Recorder } from "./recorder.ts";

const epoch = "abcdefgh01234567";
const idOf = (n: number) => `message-number-${n}`;
const message = (n: number) => ({ seq: n, id: idOf(n), text: `ข้อความ ${n} 👋🏽` });
const log: Log = { epoch, messages: [1, 2, 3, 4, 5].map(message) };

/** Two senders and two readers, and nothing wrong: odd messages are Ann's, even ones Оля's. */
function clean(): Recorder {
  const recorder = new Recorder();
  for (const { seq, id, text } of log.messages) {
    recorder.sends(seq % 2 ? "Ann" : "Оля", { id, text });
    recorder.acknowledges(id, { seq, dup: false });
  }
  recorder.begins("Ann", [], { epoch, head: 0 });
  for (const delivery of log.messages) recorder.reads("Ann", delivery);
  recorder.begins("น้อย", log.messages.slice(2, 4));
  recorder.reads("น้อย", message(5));
  return recorder;
}

const kinds = (recorder: Recorder, against: Log = log): readonly ViolationKind[] =>
  check(recorder, against).map(({ kind }) => kind);

const without = (n: number): Log => ({ epoch, messages: log.messages.filter(({ seq }) => seq !== n) });
const read = (reader: string, recorder: Recorder, deliveries: readonly Delivery[]) => {
  recorder.begins(reader, [], { epoch, head: 0 });
  for (const delivery of deliveries) recorder.reads(reader, delivery);
};

test("A history in which nothing went wrong is not complained of.", () => {
  assert.deepEqual(check(clean(), log), []);
});

test("What nobody knows the outcome of may be in the log, or not.", () => {
  const recorder = clean();
  recorder.sends("Ann", { id: idOf(6), text: message(6).text });
  recorder.sends("Ann", { id: idOf(7), text: message(7).text });
  const longer = { epoch, messages: [...log.messages, message(6)] };
  for (const reader of ["Ann", "น้อย"]) recorder.reads(reader, message(6));
  assert.deepEqual(check(recorder, longer), []);
});

test("An acknowledged message that is not in the log is lost.", () => {
  const recorder = clean();
  recorder.sends("Ann", { id: idOf(6), text: message(6).text });
  recorder.acknowledges(idOf(6), { seq: 6, dup: false });
  assert.deepEqual(kinds(recorder), ["lost"]);
});

test("A message that is in the log twice is doubled.", () => {
  const recorder = clean();
  const twice = { ...message(6), id: idOf(5), text: message(5).text };
  for (const reader of ["Ann", "น้อย"]) recorder.reads(reader, twice);
  // The later place is the one that counts, and it is not the acknowledged one.
  assert.deepEqual(kinds(recorder, { epoch, messages: [...log.messages, twice] }), ["doubled", "misplaced"]);
});

test("Messages of one sender in another order than they were sent in are reordered.", () => {
  const recorder = new Recorder();
  for (const n of [1, 2, 3, 5, 4]) recorder.sends("Ann", message(n));
  assert.deepEqual(kinds(recorder), ["reordered"]);
});

test("A message that nobody sent is invented, and one with another text altered.", () => {
  const recorder = new Recorder();
  for (const n of [1, 2, 3, 4]) recorder.sends("Ann", { ...message(n), ...(n === 2 && { text: "другой" }) });
  assert.deepEqual(kinds(recorder), ["altered", "invented"]);
});

test("A log that leaves a seq out has a hole.", () => {
  const recorder = new Recorder();
  for (const n of [1, 2, 4, 5]) recorder.sends("Ann", message(n));
  assert.deepEqual(kinds(recorder, without(3)), ["hole"]);
});

test("Acknowledgements of one id that differ are said, and so are two that call it new.", () => {
  const recorder = clean();
  recorder.acknowledges(idOf(3), { seq: 4, dup: true });
  recorder.acknowledges(idOf(2), { seq: 2, dup: true });
  assert.deepEqual(kinds(recorder), ["misplaced"]);
  const twice = clean();
  twice.acknowledges(idOf(3), { seq: 3, dup: false });
  assert.deepEqual(kinds(twice), ["doubled"]);
});

test("A reader who misses one, gets one twice, gets two the wrong way round, or gets another one, is told apart.", () => {
  const reading = (deliveries: readonly Delivery[]) => {
    const recorder = clean();
    read("Зоя", recorder, deliveries);
    return kinds(recorder);
  };
  const one = message(1);
  const two = message(2);
  const three = message(3);
  const four = message(4);
  const five = message(5);
  assert.deepEqual(reading([one, two, four, five]), ["hole"]);
  assert.deepEqual(reading([two, three, four, five]), ["hole"], "also at the very beginning");
  assert.deepEqual(reading([one, two, two, three, four, five]), ["repeated"]);
  assert.deepEqual(reading([one, three, two, four, five]), ["hole", "repeated"]);
  assert.deepEqual(reading([one, two, three, { seq: 4, id: idOf(9) }, five]), ["differs"]);
  assert.deepEqual(reading([one, two, three]), ["behind"]);
  assert.deepEqual(reading([]), ["behind"]);
});

test("A reader of another log is told apart, and one who is sent to the newest page without need.", () => {
  const recorder = clean();
  recorder.begins("Зоя", log.messages, { epoch: "another000000000", head: 5 });
  assert.deepEqual(kinds(recorder), ["differs"]);
  const reset = clean();
  read("Зоя", reset, log.messages.slice(0, 2));
  reset.begins("Зоя", log.messages.slice(4), { epoch, head: 5 });
  assert.deepEqual(kinds(reset), ["reset in vain"]);
});

test("[R2] A reader who has missed more than 300 events may be sent to the newest page.", () => {
  const long: Log = { epoch, messages: Array.from({ length: 400 }, (_, index) => message(index + 1)) };
  const recorder = new Recorder();
  for (const sent of long.messages) recorder.sends("Ann", sent);
  recorder.begins("Зоя", long.messages.slice(0, 99));
  recorder.begins("Зоя", long.messages.slice(350));
  assert.deepEqual(kinds(recorder, long), []);
});

test("Whoever waits for something to be noted hears of it, or that it did not come.", async () => {
  const recorder = new Recorder();
  const there = recorder.until(() => recorder.counts.acknowledged === 1);
  recorder.sends("Ann", message(1));
  recorder.acknowledges(idOf(1), { seq: 1 });
  assert.equal(await there, true);
  recorder.begins("Оля", [], { head: 0 });
  assert.equal(recorder.isEverybodyThere, false);
  assert.equal(await recorder.until(() => recorder.isEverybodyThere, 1), false);
  recorder.reads("Оля", message(1));
  assert.equal(await recorder.until(() => recorder.isEverybodyThere, 1), true);
});
