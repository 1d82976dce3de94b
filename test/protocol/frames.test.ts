import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { clientFrameSchemas, parseClientFrame } from "../../src/protocol/client-frames.ts";
import { errorStatus } from "../../src/protocol/codes.ts";
import { parseServerFrame, serverFrameSchemas } from "../../src/protocol/server-frames.ts";
import { clientFrame, serverFrame } from "./frames.ts";

/** The code of the error that a text is refused with, and the field that it names. */
function refusal(text: string): string {
  const parsed = parseClientFrame(text);
  assert.equal(parsed.ok, false, text.slice(0, 200));
  assert.ok(Object.hasOwn(errorStatus, parsed.error.code), "a named error");
  const field = parsed.error.params?.["field"];
  return field === undefined ? parsed.error.code : `${parsed.error.code}: ${field}`;
}

describe("a client's frame", () => {
  test("comes through its text unchanged, whatever it is", () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(clientFrame, (frame) => {
        types.add(frame.type);
        assert.deepEqual(parseClientFrame(JSON.stringify(frame)), { ok: true, value: frame });
      }),
      { numRuns: 2_000 },
    );
    assert.deepEqual([...types].sort(), Object.keys(clientFrameSchemas).sort());
  });

  test("may have null for whatever may be left out, and fields that nobody knows", () => {
    for (const text of [
      '{"type":"join","name":"Ann"}',
      '{"type":"join","room":null,"name":null,"token":null,"since":null,"history":null,"ref":null}',
      '{"type":"message","text":"hi","colour":"red","__proto__":{"room":"x"},"constructor":1}',
      '{"type":"ping","toString":null,"hasOwnProperty":1}',
      ' \n{"text":"hi","type":"message"}\t',
    ]) {
      assert.equal(parseClientFrame(text).ok, true, text);
    }
    const parsed = parseClientFrame('{"type":"message","text":"hi","__proto__":{"room":"x"}}');
    assert.deepEqual(parsed, { ok: true, value: { type: "message", text: "hi" } });
  });

  test("is stored in one form: names are normalised as they are parsed", () => {
    assert.deepEqual(parseClientFrame('{"type":"join","room":"КУХНЯ","name":" น้ำ "}'), {
      ok: true,
      value: { type: "join", room: "кухня", name: "น้ำ" },
    });
  });

  const refused: Record<string, string> = {
    "": "bad_json",
    hello: "bad_json",
    '{"type":"ping"': "bad_json",
    '{"type":"ping"}{"type":"ping"}': "bad_json",
    null: "bad_json",
    "1": "bad_json",
    '"ping"': "bad_json",
    "[]": "bad_json",
    '[{"type":"ping"}]': "bad_json",
    "{}": "bad_frame: type",
    '{"type":null}': "bad_frame: type",
    '{"type":["ping"]}': "bad_frame: type",
    '{"type":{"toString":"ping"}}': "bad_frame: type",
    '{"__proto__":{"type":"ping"}}': "bad_frame: type",
    '{"type":""}': "unknown_type",
    '{"type":"Ping"}': "unknown_type",
    '{"type":"welcome"}': "unknown_type",
    '{"type":"__proto__"}': "unknown_type",
    '{"type":"constructor"}': "unknown_type",
    '{"type":"toString"}': "unknown_type",
    '{"type":"message"}': "bad_frame: text",
    '{"type":"message","text":null}': "bad_frame: text",
    '{"type":"message","text":1}': "bad_frame: text",
    '{"type":"message","text":["hi"]}': "bad_frame: text",
    '{"type":"message","text":"\\ud83d"}': "bad_text",
    '{"type":"message","text":"hi \\ude00 \\ud83d"}': "bad_text",
    '{"type":"message","text":"hi","id":"short"}': "bad_id",
    '{"type":"message","text":"hi","id":"ไม่ใช่ตัวอักษรละติน"}': "bad_id",
    '{"type":"message","text":"hi","id":7}': "bad_frame: id",
    '{"type":"message","text":"hi","reply_to":"../../etc/passwd"}': "bad_id",
    '{"type":"message","text":"hi","room":"a b"}': "bad_room",
    '{"type":"message","text":"hi","room":""}': "bad_room",
    '{"type":"message","text":"hi","room":{}}': "bad_frame: room",
    '{"type":"join","room":"../x"}': "bad_room",
    '{"type":"join","name":""}': "bad_name",
    '{"type":"join","name":"123"}': "bad_name",
    '{"type":"join","name":"a\\u202eb"}': "bad_name",
    '{"type":"join","name":false}': "bad_frame: name",
    '{"type":"join","since":7}': "bad_frame: since",
    '{"type":"join","since":{}}': "bad_frame: since.epoch",
    '{"type":"join","since":{"epoch":"x"}}': "bad_frame: since.seq",
    '{"type":"join","since":{"epoch":"x","seq":-1}}': "bad_frame: since.seq",
    '{"type":"join","since":{"epoch":"x","seq":1.5}}': "bad_frame: since.seq",
    '{"type":"join","since":{"epoch":"x","seq":1e300}}': "bad_frame: since.seq",
    '{"type":"join","since":{"epoch":"x","seq":"1"}}': "bad_frame: since.seq",
    '{"type":"join","since":{"epoch":"x","seq":1,"id":"?"}}': "bad_id",
    '{"type":"join","history":101}': "bad_frame: history",
    '{"type":"join","history":-1}': "bad_frame: history",
    '{"type":"typing","active":"yes"}': "bad_frame: active",
    '{"type":"rename"}': "bad_frame: name",
    '{"type":"rename","name":null}': "bad_frame: name",
    '{"type":"history","before":-1}': "bad_frame: before",
    '{"type":"history","limit":1e9}': "bad_frame: limit",
    [`{"type":"history","ref":"${"x".repeat(65)}"}`]: "bad_frame: ref",
  };
  for (const [text, error] of Object.entries(refused)) {
    test(`${text.slice(0, 70)} is ${error}`, () => assert.equal(refusal(text), error));
  }

  test("[B2] nested 10,000 deep, as long as can be or full of odd keys, it gets a named answer all the same", () => {
    const deep = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);
    assert.equal(refusal(deep("[", "]")), "bad_json");
    assert.equal(refusal("[".repeat(60_000)), "bad_json");
    assert.equal(refusal(deep('{"type":', "}")), "bad_json");
    assert.equal(refusal(`{"type":"message","text":${deep("[", "]")}}`), "bad_frame: text");
    assert.equal(
      refusal(`{"type":"join","since":${deep('{"since":', "1}").replace("1}", "1}")}}`).split(":")[0],
      "bad_json",
    );
    assert.equal(parseClientFrame(`{"type":"ping","x":${deep("[", "]")}}`).ok, true);
    assert.equal(refusal(`{"type":"${"x".repeat(60_000)}"}`), "unknown_type");
    const keys = Array.from({ length: 5_000 }, (_, n) => `"${n}":1`).join(",");
    assert.equal(parseClientFrame(`{${keys},"type":"ping"}`).ok, true);
  });

  test("[B2] never throws and always names an error, whatever the text", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ type: "join", since: value, room: value, name: value })),
      fc
        .tuple(clientFrame, fc.string({ unit: "binary" }), fc.jsonValue())
        .map(([frame, key, value]) => JSON.stringify({ ...frame, [key]: value })),
      fc.tuple(clientFrame, fc.nat(), fc.jsonValue()).map(([frame, n, value]) => {
        const keys = Object.keys(frame);
        return JSON.stringify({ ...frame, [keys[n % keys.length] ?? "type"]: value });
      }),
      fc.tuple(clientFrame, fc.nat(), fc.string({ unit: "binary", maxLength: 2 })).map(([frame, n, noise]) => {
        const text = JSON.stringify(frame);
        return text.slice(0, n % text.length) + noise + text.slice((n % text.length) + 1);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (!parseClientFrame(text).ok) refusal(text);
      }),
      { numRuns: 5_000 },
    );
  });

  test("a refusal says which frame it is about, as far as that can be told", () => {
    const marks = (text: string) => {
      const parsed = parseClientFrame(text);
      return parsed.ok ? undefined : [parsed.ref, parsed.id];
    };
    assert.deepEqual(marks('{"type":"rename","name":"","ref":"r1"}'), ["r1", undefined]);
    assert.deepEqual(marks('{"type":"message","text":"\\ud83d","id":"0123456789abcdef"}'), [
      undefined,
      "0123456789abcdef",
    ]);
    assert.deepEqual(marks('{"type":"message","text":"hi","id":"bad"}'), [undefined, "bad"]);
    assert.deepEqual(marks('{"type":"nothing","ref":7,"id":{}}'), [undefined, undefined]);
    assert.deepEqual(marks(`{"type":"nothing","ref":"${"x".repeat(65)}"}`), [undefined, undefined]);
    assert.deepEqual(marks('{"__proto__":{"ref":"r","id":"i"}}'), [undefined, undefined]);
  });
});

describe("a server's frame", () => {
  test("comes through its text unchanged, whatever it is", () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(serverFrame, (frame) => {
        types.add(frame.type);
        assert.deepEqual(parseServerFrame(JSON.stringify(frame)), frame);
      }),
      { numRuns: 3_000 },
    );
    assert.deepEqual([...types].sort(), Object.keys(serverFrameSchemas).sort());
  });

  test("[R5] tells the head of every room, whatever it is called", () => {
    for (const name of ["__proto__", "constructor", "prototype", "toString", "кухня"]) {
      const text = `{"type":"heads","rooms":{"${name}":{"epoch":"0123456789abcdef","seq":7}}}`;
      const frame = parseServerFrame(text);
      assert.ok(frame?.type === "heads");
      assert.deepEqual(Object.entries(frame.rooms), [[name, { epoch: "0123456789abcdef", seq: 7 }]]);
    }
    for (const rooms of ["null", "[]", '"x"', '{"a":7}', '{"a":{"epoch":"x"}}', '{"a":{"epoch":"x","seq":"1"}}']) {
      assert.equal(parseServerFrame(`{"type":"heads","rooms":${rooms}}`), undefined, rooms);
    }
  });

  test("a type of a later version, or what is no frame, is passed over and never throws", () => {
    for (const text of ["", "null", "7", '"x"', "[]", "{}", '{"type":7}', '{"type":"later"}', '{"type":"__proto__"}']) {
      assert.equal(parseServerFrame(text), undefined, text);
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseServerFrame(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
