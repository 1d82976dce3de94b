import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Block, type Inline, parseInline, parseMessage, plainTextOf } from "../../src/web/logic/format.ts";

const plain = (text: string): Inline => ({ is: "text", text });

test("what people type becomes bold, italic, code and links, in any script", () => {
  assert.deepEqual(parseInline("**สวัสดี** *привіт* _שלום_ `a*b*`"), [
    { is: "bold", of: [plain("สวัสดี")] },
    plain(" "),
    { is: "italic", of: [plain("привіт")] },
    plain(" "),
    { is: "italic", of: [plain("שלום")] },
    plain(" "),
    { is: "code", text: "a*b*" },
  ]);
  assert.deepEqual(parseInline("*a **b** c*"), [
    { is: "italic", of: [plain("a "), { is: "bold", of: [plain("b")] }, plain(" c")] },
  ]);
});

test("what only looks like formatting stays as it was typed", () => {
  for (const text of [
    "2 * 3 * 4",
    "2*3*4",
    "2**3**4",
    "๒*๓*๔",
    "snake_case_name",
    "змінна_з_підкресленням",
    "ชื่อ_ตัว_แปร",
    "*️⃣один*️⃣два",
    "# no heading",
    "under\n===",
    "[here](https:/x)",
    "<b>&amp;\\*",
    "**open",
    "`open",
    "* a *",
    "a ** b ** c",
    "____",
    "****",
    "``",
  ]) {
    assert.deepEqual(parseInline(text), [plain(text)], text);
  }
});

test("marks stand beside letters of any script and beside emoji", () => {
  const bold: Inline = { is: "bold", of: [plain("น้ำ")] };
  assert.deepEqual(parseInline("ดื่ม**น้ำ**ครับ"), [plain("ดื่ม"), bold, plain("ครับ")]);
  assert.deepEqual(parseInline("слово**«так»**слово"), [
    plain("слово"),
    { is: "bold", of: [plain("«так»")] },
    plain("слово"),
  ]);
  for (const emoji of ["❤️", "🎉", "👩🏽‍🚀"]) {
    for (const sign of ["*", "_"]) {
      const runs = [plain(emoji), { is: "italic", of: [plain("є")] }, plain(emoji)];
      assert.deepEqual(parseInline(`${emoji}${sign}є${sign}${emoji}`), runs);
    }
  }
});

test("only http, https and mailto addresses are links, without the sentence's punctuation [D3]", () => {
  const links = (text: string) => parseInline(text).flatMap((run) => (run.is === "link" ? [run.text] : []));
  assert.deepEqual(links("Дивись https://example.org/шлях?x=1, і (http://a.b/c_(d)) та mailto:ann@example.org!"), [
    "https://example.org/шлях?x=1",
    "http://a.b/c_(d)",
    "mailto:ann@example.org",
  ]);
  assert.deepEqual(links("[https://a.b/[c]] «https://a.b/д»… (див. https://a.b/(c).) https://a.b/?q=(!?)."), [
    "https://a.b/[c]",
    "https://a.b/д",
    "https://a.b/(c)",
    "https://a.b/?q=(!?)",
  ]);
  assert.deepEqual(links("„https://a.b/д“ ‚https://a.b/є‘, ‹https://a.b/ї›"), [
    "https://a.b/д",
    "https://a.b/є",
    "https://a.b/ї",
  ]);
  assert.deepEqual(links("javascript:alert(1) data:text/html,x ftp://a.b https:// http://[ mailto:"), []);
  assert.deepEqual(links("**https://example.org** *https://example.org/a_b_c*"), []);
  assert.deepEqual(parseInline("**https://example.org**"), [
    { is: "bold", of: [{ is: "link", text: "https://example.org", href: "https://example.org/" }] },
  ]);
});

test("quotes, lists and fenced code are blocks; line breaks stay", () => {
  assert.deepEqual(
    parseMessage("one\n\ntwo\n> quoted\n> - deep\n- a\n* b\n3. c\n4. d\n9. e\n```js\nx\n\n  y\n```\nend"),
    [
      { is: "paragraph", of: [plain("one\n\ntwo")] },
      {
        is: "quote",
        of: [
          { is: "paragraph", of: [plain("quoted")] },
          { is: "list", start: undefined, items: [[plain("deep")]] },
        ],
      },
      { is: "list", start: undefined, items: [[plain("a")], [plain("b")]] },
      { is: "list", start: 3, items: [[plain("c")], [plain("d")]] },
      { is: "list", start: 9, items: [[plain("e")]] },
      { is: "code", text: "x\n\n  y" },
      { is: "paragraph", of: [plain("end")] },
    ],
  );
  assert.deepEqual(parseMessage("```\nnever closed"), [{ is: "paragraph", of: [plain("```\nnever closed")] }]);
});

test("where a line of a message is shown, its words stand without their formatting", () => {
  assert.equal(
    plainTextOf("**สวัสดี *ครับ* 👋** `a*b` https://a.b/_c_\n\n> - *שלום*\n\n1. раз\n2. `два`"),
    "สวัสดี ครับ 👋 a*b https://a.b/_c_\nשלום\nраз\nдва",
  );
  assert.equal(plainTextOf("```\n**code**\n```\nand 2 * 3 * 4"), "**code**\nand 2 * 3 * 4");
});

const piece = fc.constantFrom(
  ...["*", "**", "_", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", " ", "(", ")", "[", "]", ".", "…", "1", "a", "ж"],
  ...["https://a.b/", "https://", "mailto:x@y", "น้ำ", "👩🏽‍🚀", "❤️", "*️⃣"],
);

test("no letter of any message is lost, and links lead only where they say", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("");
      const letters = (from: string) => from.replace(/[^\p{L}\p{M}\p{So}:/@]/gu, "");
      assert.equal(letters(plainTextOf(text)), letters(text));
      for (const run of parseInline(text)) if (run.is === "link") assert.match(run.href, /^(https?:\/\/|mailto:)/);
    }),
  );
});

/** How many parts of a message stand one within the other. */
const depthOf = (parts: readonly (Block | Inline)[]): number =>
  Math.max(0, ...parts.map((part) => ("of" in part ? 1 + depthOf(part.of) : 0)));

/** Fails if a text takes longer than anybody would notice on a machine that is busy, or is drawn within itself many times. */
function parsesAtOnce(text: string): void {
  const began = performance.now();
  const blocks = parseMessage(text);
  assert.ok(performance.now() - began < 500, `${text.slice(0, 40)}… took ${performance.now() - began} ms`);
  assert.ok(depthOf(blocks) < 12, `${text.slice(0, 40)}… is ${depthOf(blocks)} deep`);
}

test("the longest message is parsed at once and is not deep, however hostile its marks", () => {
  for (const row of [
    "*",
    "_",
    "**a",
    "`",
    "[",
    ">",
    "> ",
    "*a ",
    "_a",
    "https://(",
    "- ",
    "a_ _a",
    "```js\n",
    " ",
    "ก",
  ]) {
    parsesAtOnce(row.repeat(4096 / row.length));
  }
  // The end of an address is where a row of marks may be looked at again and again.
  for (const row of ["*", ")", ".", "_", "(", "]"]) {
    parsesAtOnce(`https://a${row.repeat(4087)}`);
    parsesAtOnce(`https://a${row.repeat(4086)}x`);
  }
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), piece, piece, (pieces, first, last) => {
      const row = pieces.join("");
      parsesAtOnce(`${first}${row.repeat(4000 / row.length)}${last}`);
    }),
  );
});

test("an address is a link in browsers of spring 2024 too, which have no URL.parse", (t) => {
  t.mock.method(URL, "parse", () => {
    throw new TypeError("URL.parse is not a function");
  });
  const address = "https://example.org/чай";
  assert.deepEqual(parseInline(`${address} http://`), [
    { is: "link", text: address, href: new URL(address).href },
    plain(" http://"),
  ]);
});
