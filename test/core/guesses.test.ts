import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Guesses } from "../../src/core/guesses.ts";
import { login, named, settledWorld } from "../support/claims.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("guessing a passphrase", () => {
  const wrong = (n: number) => `wrong passphrase ${n}`;

  test("[I4] is held up more with each wrong one, for the right one too, and forgotten once it was right", async () => {
    const world = settledWorld();
    await named(world, "Ann");
    const guest = world.connect({ address: "192.0.2.1" });
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 8; n++) {
      await login(world, guest, "Ann", wrong(n));
      codes.push(guest.last("error").code);
    }
    assert.deepEqual(new Set(codes.slice(0, 6)), new Set(["wrong_passphrase"]));
    assert.deepEqual(new Set(codes.slice(6)), new Set(["rate_limited"]));
    await login(world, guest, "Ann");
    assert.equal(guest.last("error").code, "rate_limited");
    const { retry_after_ms: wait = 0 } = guest.last("error");
    assert.ok(wait && wait <= 1_000, `${wait}`);
    world.clock.advance(1_000);
    await login(world, guest, "Ann", wrong(9));
    assert.equal(guest.last("error").code, "wrong_passphrase");
    await login(world, guest, "Ann");
    assert.ok((guest.last("error").retry_after_ms ?? 0) > 1_000, "twice as long");
    world.clock.advance(2_000);
    await login(world, guest, "Ann");
    assert.equal(guest.last("welcome").user.name, "Ann");
    await login(world, guest, "Ann", wrong(10));
    assert.equal(guest.last("error").code, "wrong_passphrase", "counted anew");
  });

  test("[I4] counts by address whatever the names, and answers alike for names that nobody has", async () => {
    const world = settledWorld();
    await named(world, "Ann");
    const guest = world.connect({ address: "192.0.2.1" });
    for (let n = 0; n < 21; n++) {
      await login(world, guest, `nobody${n}`, wrong(n));
      assert.equal(guest.last("error").code, "wrong_passphrase");
    }
    await login(world, guest, "Ann");
    assert.equal(guest.last("error").code, "rate_limited");
    const elsewhere = world.connect({ address: "192.0.2.2" });
    await login(world, elsewhere, "Ann");
    assert.equal(elsewhere.last("welcome").user.name, "Ann");
  });

  test("[I4] many at once are counted before the first is judged", async () => {
    const world = settledWorld();
    await named(world, "Ann");
    const guests = Array.from({ length: 200 }, (_, n) => world.connect({ address: `192.0.2.${n}` }));
    for (const [n, guest] of guests.entries()) guest.send({ type: "login", name: "Ann", passphrase: wrong(n) });
    await world.quiet();
    const codes = guests.map((guest) => guest.last("error").code);
    assert.equal(codes.filter((code) => code === "wrong_passphrase").length, 6);
    assert.equal(codes.filter((code) => code === "rate_limited").length, 194);
  });

  test("[I2] a passphrase may be in any script, has bounds, and is the same however it was composed", async () => {
    const world = settledWorld();
    const ann = await world.join({ name: "Ann" });
    for (const bad of ["short", "x".repeat(257), "tab\tbetween words", "halves \ud83d of it"]) {
      ann.send({ type: "claim", passphrase: bad });
      await world.quiet();
      assert.equal(ann.last("error").code, "bad_passphrase", bad);
      assert.ok(!JSON.stringify(ann.last("error")).includes(bad));
    }
    ann.send({ type: "claim", passphrase: "น้ำใจ Zoë\u00a0🙂".normalize("NFD") });
    await world.quiet();
    assert.equal(ann.last("welcome").claimed, "Ann");
    const phone = world.connect();
    await login(world, phone, "Ann", "น้ำใจ Zoë 🙂");
    assert.equal(phone.last("welcome").user.name, "Ann");
  });
});

test("[B1] what is remembered of guesses is bounded", async () => {
  const clock = new FakeClock();
  const guesses = new Guesses({ free: 5, longestMs: 60_000, clock });
  for (let n = 0; n < 12_000; n++) guesses.count(`name ${n}`);
  assert.ok(guesses.size <= 10_001, `${guesses.size}`);
  for (let n = 0; n < 40; n++) guesses.count("name");
  assert.equal(guesses.wait("name"), 60_000, "the longest delay");
  clock.advance(60 * 60 * 1_000);
  guesses.count("another");
  assert.equal(guesses.size, 1);
});
