// Makes src/core/confusables.ts of Unicode's own table, for a new version of it:
//   node scripts/confusables.ts confusables.txt
// https://www.unicode.org/Public/security/latest/confusables.txt
import { readFileSync, writeFileSync } from "node:fs";

const columns = 120;

/** `0441 ; 0063 ; MA # …`, one a line: what a character looks like. */
const row = /^([0-9A-F]+) ;\s*([0-9A-F ]+?) ;/gm;

const characters = (codes: string) => codes.split(" ").map((code) => String.fromCodePoint(Number.parseInt(code, 16)));
const hex = (text: string) => [...text].map((character) => character.codePointAt(0)?.toString(16)).join("+");

/** Whether a text that is decomposed and without invisible characters can have it: the others are never looked up. */
const isReached = (character: string) =>
  character.normalize("NFKD") === character && !/\p{Default_Ignorable_Code_Point}/u.test(character);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node scripts/confusables.ts confusables.txt");
const table = readFileSync(file, "utf8");
const version = /^# Version: (\S+)/m.exec(table)?.[1];
if (version === undefined) throw new Error(`${file} does not say which version it is`);

const lookalikes = new Map<string, string[]>();
const rows = [...table.matchAll(row)].map(([, source = "", target = ""]) => [source, target] as const);
for (const [source, target] of rows.sort(([a], [b]) => Number.parseInt(a, 16) - Number.parseInt(b, 16))) {
  const [character = ""] = characters(source);
  if (!isReached(character)) continue;
  const prototype = hex(characters(target).join(""));
  lookalikes.set(prototype, [...(lookalikes.get(prototype) ?? []), hex(character)]);
}

const lines = [""];
for (const [prototype, alike] of lookalikes) {
  const group = `${prototype}<${alike.join(" ")};`;
  // Lines are broken at blanks: whoever reads a group takes its line breaks for blanks.
  for (const part of group.split(/(?<= )/)) {
    const line = lines.at(-1) ?? "";
    if (line.length + part.length > columns) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
}

writeFileSync(
  new URL("../src/core/confusables.ts", import.meta.url),
  `// Made by scripts/confusables.ts; do not edit. Unicode confusables.txt (UTS #39), version ${version}.
// © 1991-2025 Unicode, Inc. Unicode License v3: docs/UNICODE-LICENSE.txt

/**
 * What looks alike: \`prototype<character character …;\`, each a code point in hex, \`+\` within a prototype. Only
 * characters that NFKD and the removal of invisible ones leave as they are.
 */
export const confusables = \`
${lines.map((line) => line.trimEnd()).join("\n")}
\`;
`,
);
