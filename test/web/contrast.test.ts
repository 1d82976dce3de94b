import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { initial, isEmojiOnly, nameHue } from "../../src/web/logic/names.ts";

const styles = (file: string) => readFileSync(new URL(`../../src/web/styles/${file}`, import.meta.url), "utf8");
const tokens = styles("tokens.css");
const base = styles("base.css");

type Theme = "light" | "dark";
type Colour = readonly [lightness: number, chroma: number, hue: number];

const colourOf = (text: string): Colour => {
  const [lightness = 0, chroma = 0, hue = 0] = (/oklch\(([^)/]+)/.exec(text)?.[1] ?? "")
    .trim()
    .split(/\s+/)
    .map(Number);
  return [lightness, chroma, hue];
};

/** A token's colour in a theme, as the style sheet says it. */
function token(name: string, theme: Theme): Colour {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(tokens)?.[1] ?? assert.fail(`there is no --${name}`);
  const both = /^light-dark\((.+\)), (.+)\)$/.exec(value);
  return colourOf((theme === "light" ? both?.[1] : both?.[2]) ?? value);
}

/** Relative luminance (WCAG 2.2) of an OKLCH colour, clipped to sRGB as browsers at worst do. */
function luminance([lightness, chroma, hue]: Colour): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (linear: number) => Math.min(1, Math.max(0, linear));
  return (
    0.2126 * clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) +
    0.7152 * clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) +
    0.0722 * clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  );
}

function contrast(one: Colour, other: Colour): number {
  const [bright = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

const pairs = [
  ["ink", "surface"],
  ["ink", "bubble"],
  ["ink", "paper"],
  ["ink", "bad-soft"],
  ["ink", "warm-soft"],
  ["ink-soft", "surface"],
  ["ink-soft", "paper"],
  ["ink-soft", "raised"],
  ["ink-soft", "hover"],
  ["ink-soft", "warm-soft"],
  ["ink-old", "bubble"],
  ["ink-old", "surface"],
  ["own-ink", "own"],
  ["own-ink", "own-end"],
  ["own-old-ink", "own-old"],
  ["accent", "surface"],
  ["accent", "bubble"],
  ["accent", "accent-soft"],
  ["accent", "raised"],
  ["on-accent", "accent"],
  ["warm", "warm-soft"],
  ["bad", "surface"],
  ["bad", "paper"],
  ["bad", "raised"],
] as const;

/** Lightness and chroma of what the style sheet makes of a name's hue. */
function byHue(property: string, theme: Theme): readonly [number, number] {
  const both = new RegExp(`${property}: light-dark\\(([^;]*--hue[^;]*)\\);`).exec(base)?.[1]?.split("), ");
  const [lightness, chroma] = colourOf(both?.[theme === "light" ? 0 : 1] ?? "");
  assert.ok(lightness > 0, `${property} has no colour by hue`);
  return [lightness, chroma];
}

for (const theme of ["light", "dark"] as const) {
  test(`every text stands out from its ground by 4.5 : 1 in the ${theme} (WCAG AA)`, () => {
    for (const [text, ground] of pairs) {
      const found = contrast(token(text, theme), token(ground, theme));
      assert.ok(found >= 4.5, `--${text} on --${ground}: ${found.toFixed(2)}`);
    }
  });

  test(`every name's colour is readable on each ground it stands on in the ${theme}`, () => {
    const [lightness, chroma] = byHue("color", theme);
    const [avatarLightness, avatarChroma] = byHue("background", theme);
    for (let hue = 0; hue < 360; hue++) {
      const name: Colour = [lightness, chroma, hue];
      const grounds: readonly Colour[] = [
        ...["surface", "paper"].map((ground) => token(ground, theme)),
        [avatarLightness, avatarChroma, hue] as const,
      ];
      for (const ground of grounds)
        assert.ok(contrast(name, ground) >= 4.5, `hue ${hue} on ${ground}: ${contrast(name, ground).toFixed(2)}`);
    }
  });
}

test("a name's colour is the same wherever it is written, and an avatar shows a whole first letter", () => {
  assert.equal(nameHue("Й".normalize("NFC")), nameHue("Й".normalize("NFD")));
  assert.ok(new Set(["Ann", "Оля", "Пётр", "สมชาย", "Mariana", "นภา"].map(nameHue)).size >= 4);
  assert.deepEqual(["ann", "น้ำ", "👩🏽‍🚀 x", "їжак"].map(initial), ["A", "น้ำ", "👩🏽‍🚀", "Ї"]);
});

test("up to three emoji alone are shown large", () => {
  for (const text of ["🎉", "👩🏽‍🚀❤️", "🇺🇦 🇹🇭 👍🏿", "1️⃣ *️⃣", "🏴󠁧󠁢󠁷󠁬󠁳󠁿🏳️‍🌈"]) assert.ok(isEmojiOnly(text), text);
  for (const text of ["a", "1", "🎉🎉🎉🎉", "ok 👍", ""]) assert.ok(!isEmojiOnly(text), text);
});
