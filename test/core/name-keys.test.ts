import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { confusables } from "../../src/core/confusables.ts";
import { looksGenerated, nameKeys } from "../../src/core/name-keys.ts";
import { generateDisplayName } from "../../src/protocol/names.ts";

const isOneName = (a: string, b: string) => nameKeys(a).some((key) => nameKeys(b).includes(key));
// Han and Hangul are many, have no case, and are looked up like the rest.
const everyCharacter = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((character) =>
  /(?![\p{Script=Han}\p{Script=Hangul}])[\p{L}\p{M}\p{N}\p{S}\p{P}]/u.test(character),
);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."aAеЕėΣσςİıßŉẞﬃ1lI|0๐เแ้ําำνΝʙвВm \u0301\u0345\u0308\u200d\u00ad") }),
);

describe("the keys of a name", () => {
  const same = [
    ["admin", "аdmin", "ADMIN", "Ａdmin", "а\u200dd\u00admin", "adm1n", "аԁміn", "αdmιn", "adrnin"],
    ["Bob", "ВОВ", "вов", "B0b", "Ьob", "βob", "ВоЬ"],
    ["Alice", "AIice", "alice", "A1ice", "ΑLІСЕ", "Alιce", "ꓮlice"],
    ["Ivan", "iνan", "Iѵan", "IVАN", "ivаn", "١van", "ᎥⅤan"],
    ["Nina", "Νina", "nіnа", "ΝΙΝΑ", "ոina"],
    ["Yuri", "Υuri", "уuгi", "Yυri", "үսri"],
    ["Capa", "Сара"],
    ["Оксана", "ОКСАНА", "оксана", "Oкcaнa"],
    ["Їжак", "ї\u0436ак", "Ïжак"],
    ["น้ำ", "น\u0e49\u0e4dา", "น\u0e4d\u0e49า"],
    ["แมว", "เเมว"],
    ["ฤๅษี", "ฤาษี"],
    ["Joe", "J๐e", "J০e", "Jоe", "J໐e"],
    ["Straße", "STRASSE", "strasse", "Stra\u1e9ee"],
    ["a b", "a\u00a0b", "a  b", " a b ", "a\u3000b"],
    ["Ёж", "ёж", "Е\u0308ж", "Ëж"],
    ["Ｉｖａｎ", "ivan", "IVAN", "𝐈𝐯𝐚𝐧"],
    ["o'Neil", "o’Neil", "o`Neil", "oʼNeil"],
    ["דנה", "ד\u05e0ה"],
  ];
  for (const [first = "", ...others] of same) {
    for (const other of others) {
      test(`“${other}” is no other name than “${first}”`, () => assert.ok(isOneName(first, other)));
    }
  }

  const people = {
    Latin: ["Ann", "Anna", "Ann2", "Ann3", "Oxana", "Ivan", "Inan", "Yan", "Uan", "Jens", "Jeńs", "Cara", "Sara"],
    Cyrillic: ["ёж", "еж", "иван", "йван", "Оксана", "Гриша", "Миша", "Маша", "Паша", "Їжак", "Іжак", "Єва", "Ева"],
    Thai: ["น้ำ", "น้า", "นำ", "แดง", "แตง", "แคง", "ดาว", "ตาว", "มด", "ฆด", "ช้าง", "ซ้าง", "ไก่", "ใก่"],
    "other scripts": ["محمد", "محمود", "דנה", "דינה", "王", "玉", "🙂", "🙃", "👩\u200d🚀", "👨\u200d🚀"],
  };
  for (const [script, names] of Object.entries(people)) {
    test(`names that look different are different people's: ${script}`, () => {
      const others = (name: string) => [...names.filter((other) => other !== name), "Bob", "Олег", "ส้ม"];
      for (const name of names)
        assert.deepEqual(
          others(name).filter((other) => isOneName(name, other)),
          [],
          name,
        );
    });
  }

  test("every character of Unicode's table is no other name than what it looks like, but for Thai consonants", () => {
    const characters = (codes = "") =>
      String.fromCodePoint(...codes.split("+").map((code) => Number.parseInt(code, 16)));
    const groups = confusables.trim().split(/;\s*/).filter(Boolean);
    assert.ok(groups.length > 1_600);
    const thai = new Set<string>();
    for (const group of groups) {
      const [prototype, alike = ""] = group.split("<");
      for (const character of alike.split(/\s/).map(characters)) {
        if (isOneName(character, characters(prototype))) continue;
        thai.add(character);
      }
    }
    assert.deepEqual([...thai].sort().join(""), "ฃซฏดตทมฦ");
  });

  test("whatever character it has, a name's keys are names of their own that it has, too", () => {
    for (const character of everyCharacter) {
      for (const key of nameKeys(character)) assert.ok(nameKeys(key).includes(key), `${character}: ${key}`);
    }
  });

  test("they are the same however the name is normalised, and each is a key of itself", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const keys = nameKeys(text);
        for (const key of keys) assert.ok(nameKeys(key).includes(key), key);
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) assert.deepEqual(nameKeys(text.normalize(form)), keys, form);
      }),
      { numRuns: 5_000 },
    );
  });

  test("names of the generated form are known, imitations too", () => {
    for (let n = 0; n < 500; n++) {
      const name = generateDisplayName(randomFillSync);
      const imitations = [name, name.toUpperCase(), name.replace("e", "е"), name.replace("m", "rn")];
      for (const other of imitations) assert.ok(looksGenerated(nameKeys(other)), other);
    }
    for (const name of ["user_abcdef1", "user_abcdef123", "user_abcde12", "user-abcdef12", "Ann", "server"]) {
      assert.equal(looksGenerated(nameKeys(name)), false, name);
    }
  });
});
