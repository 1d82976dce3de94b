import assert from "node:assert/strict";
import { test } from "node:test";
import { pickLanguage } from "../../src/locales/server.ts";

test("of the languages that a client accepts the one that it wants most is spoken (RFC 9110 §12.5.4)", () => {
  const wanted: Readonly<Record<string, string>> = {
    "": "en",
    "uk-UA": "uk",
    "de, ru;q=0.5": "ru",
    "ru, uk": "ru",
    "ru;q=0.1, th;q=0.9": "th",
    "th;q=0, ru": "ru",
    "th;q=0": "en",
    "de;q=1, fr": "en",
    "TH-th;Q=0.8, en;q=0.7": "th",
  };
  for (const [header, language] of Object.entries(wanted)) assert.equal(pickLanguage(header, "en"), language, header);
  assert.equal(pickLanguage(undefined, "uk"), "uk");
});
