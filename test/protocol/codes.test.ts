import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../src/locales/en/server.ts";
import ru from "../../src/locales/ru/server.ts";
import { serverWords } from "../../src/locales/server.ts";
import th from "../../src/locales/th/server.ts";
import uk from "../../src/locales/uk/server.ts";
import { languages } from "../../src/locales/words.ts";
import { closeCodes, closeIsFinal, errorStatus } from "../../src/protocol/codes.ts";

const catalogues: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { en, th, ru, uk };

const placeholders = (words: unknown) => {
  const forms = typeof words === "string" ? [words] : Object.values(words as Record<string, string>);
  return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
};

test("every error has words in every language, with the same placeholders", () => {
  assert.deepEqual(Object.keys(catalogues), [...languages]);
  for (const code of Object.keys(errorStatus)) assert.ok(`error.${code}` in en, code);
  for (const [language, words] of Object.entries(catalogues)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort(), language);
    for (const [key, english] of Object.entries(en)) {
      assert.deepEqual(placeholders(words[key]), placeholders(english), `${language}: ${key}`);
      assert.ok(String(words[key]).trim().length > 0, `${language}: ${key}`);
    }
  }
});

test("no language has another one's words for an error", () => {
  const scripts = { en: /[A-Za-z]/, th: /\p{Script=Thai}/u, ru: /\p{Script=Cyrillic}/u, uk: /\p{Script=Cyrillic}/u };
  for (const language of languages) {
    for (const words of Object.values(catalogues[language] ?? {})) {
      for (const form of typeof words === "string" ? [words] : Object.values(words as object)) {
        assert.match(String(form), scripts[language], language);
        if (language === "ru") assert.doesNotMatch(String(form), /[іїєґ]/i);
        if (language === "uk") assert.doesNotMatch(String(form), /[ыэъё]/i);
      }
    }
  }
});

test("words are put together with what they mention, and numbers are written as the language does", () => {
  assert.match(serverWords.en("error.too_long", { max: 4096 }), /4,096/);
  assert.match(serverWords.uk("error.too_long", { max: 4096 }), /4\s?096/);
  assert.match(serverWords.th("error.name_taken", { suggestion: "ส้ม2" }), /ส้ม2/);
  assert.match(serverWords.ru("error.unknown_type", { type: "{max}" }), /\{max\}/);
});

test("every error has an HTTP status of the right kind, and every close code is one that may be sent", () => {
  for (const [code, status] of Object.entries(errorStatus)) assert.ok(status >= 400 && status < 600, code);
  const codes = Object.values(closeCodes);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) {
    assert.ok((code >= 1000 && code <= 1013 && ![1004, 1005, 1006].includes(code)) || (code >= 4000 && code < 5000));
  }
});

test("final are 1000, 1002–1010 but 1006, and 4000–4099; after every other code a client comes back", () => {
  const final = [1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 4000, 4003, 4004, 4099];
  const passing = [1001, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 3999, 4100, 4102, 4103, 4104, 4105, 4999];
  for (const code of final) assert.equal(closeIsFinal(code), true, String(code));
  for (const code of passing) assert.equal(closeIsFinal(code), false, String(code));
});
