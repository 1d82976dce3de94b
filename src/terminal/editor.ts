import { complete, type Known } from "./completion.ts";
import { secretStart } from "./secrets.ts";
import { graphemesOf } from "./width.ts";

/** A key as `node:readline` names it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

/** What a key asks for beyond the line itself. */
export type Effect =
  | { readonly kind: "none" }
  | { readonly kind: "edited" }
  | { readonly kind: "entered"; readonly line: string }
  | { readonly kind: "candidates"; readonly candidates: readonly string[] }
  | { readonly kind: "leave" | "end" | "suspend" | "clear" };

const none: Effect = { kind: "none" };
const edited: Effect = { kind: "edited" };
const rememberedLines = 100;

/** A line under the hand of somebody who types: moves by what they take for a character. */
export class LineEditor {
  /** The text on either side of the cursor. */
  #before = "";
  #after = "";
  #pasting = false;
  readonly #entered: string[] = [];
  /** Which of the entered lines is shown; as many as there are: the one being written. */
  #shown = 0;
  #unfinished = "";
  readonly #known: () => Known;

  constructor(known: () => Known) {
    this.#known = known;
  }

  get before(): string {
    return this.#before;
  }
  get after(): string {
    return this.#after;
  }
  get text(): string {
    return this.#before + this.#after;
  }

  /** Takes a key: `typed` is the text that it stands for, if any. */
  press(typed: string | undefined, key: Key): Effect {
    if (key.name === "paste-start" || key.name === "paste-end") {
      this.#pasting = key.name === "paste-start";
      return none;
    }
    if (this.#pasting) return this.#insert(key.name === "return" || key.name === "enter" ? "\n" : (typed ?? ""));
    if (key.ctrl) return this.#control(key.name);
    if (key.meta) return this.#meta(key.name);
    return this.#plain(key.name) ?? this.#insert(typed ?? "");
  }

  #plain(name: string | undefined): Effect | undefined {
    switch (name) {
      case "return":
      case "enter":
        return this.#enter();
      case "backspace":
        return this.#set(withoutLast(this.#before), this.#after);
      case "delete":
        return this.#set(this.#before, this.#after.slice(firstOf(this.#after).length));
      case "left":
        return this.#moveBy(-lastOf(this.#before).length);
      case "right":
        return this.#moveBy(firstOf(this.#after).length);
      case "home":
        return this.#moveBy(-this.#before.length);
      case "end":
        return this.#moveBy(this.#after.length);
      case "up":
        return this.#recall(this.#shown - 1);
      case "down":
        return this.#recall(this.#shown + 1);
      case "tab":
        return this.#complete();
      default:
        return undefined;
    }
  }

  #control(name: string | undefined): Effect {
    switch (name) {
      case "c":
        return { kind: "leave" };
      case "d":
        return this.text === "" ? { kind: "end" } : (this.#plain("delete") ?? none);
      case "z":
        return { kind: "suspend" };
      case "l":
        return { kind: "clear" };
      case "a":
        return this.#moveBy(-this.#before.length);
      case "e":
        return this.#moveBy(this.#after.length);
      case "b":
        return this.#moveBy(-lastOf(this.#before).length);
      case "f":
        return this.#moveBy(firstOf(this.#after).length);
      case "p":
        return this.#recall(this.#shown - 1);
      case "n":
        return this.#recall(this.#shown + 1);
      case "h":
        return this.#set(withoutLast(this.#before), this.#after);
      case "u":
        return this.#set("", this.#after);
      case "k":
        return this.#set(this.#before, "");
      case "w":
      case "backspace":
        return this.#set(this.#before.slice(0, -wordBefore(this.#before).length || undefined), this.#after);
      case "left":
        return this.#moveBy(-wordBefore(this.#before).length);
      case "right":
        return this.#moveBy(wordAfter(this.#after).length);
      default:
        return none;
    }
  }

  #meta(name: string | undefined): Effect {
    switch (name) {
      case "b":
      case "left":
        return this.#moveBy(-wordBefore(this.#before).length);
      case "f":
      case "right":
        return this.#moveBy(wordAfter(this.#after).length);
      case "d":
        return this.#set(this.#before, this.#after.slice(wordAfter(this.#after).length));
      case "backspace":
        return this.#control("w");
      default:
        return none;
    }
  }

  #insert(typed: string): Effect {
    // Of what a terminal sends, only a pasted line break and tab are text among the controls.
    const text = typed.replace(/(?![\n\t])\p{Cc}/gu, "");
    return text === "" ? none : this.#set(this.#before + text, this.#after);
  }

  #set(before: string, after: string): Effect {
    this.#before = before;
    this.#after = after;
    return edited;
  }

  #moveBy(units: number): Effect {
    const { text } = this;
    const cursor = this.#before.length + units;
    return this.#set(text.slice(0, cursor), text.slice(cursor));
  }

  #enter(): Effect {
    const { text: line } = this;
    const isToKeep = line.trim() !== "" && secretStart(line) === undefined;
    if (isToKeep && line !== this.#entered.at(-1)) this.#entered.push(line);
    if (this.#entered.length > rememberedLines) this.#entered.shift();
    this.#shown = this.#entered.length;
    this.#unfinished = "";
    this.#set("", "");
    return { kind: "entered", line };
  }

  #recall(index: number): Effect {
    if (index < 0 || index > this.#entered.length || index === this.#shown) return none;
    if (this.#shown === this.#entered.length) this.#unfinished = this.text;
    this.#shown = index;
    return this.#set(this.#entered[index] ?? this.#unfinished, "");
  }

  #complete(): Effect {
    const { text, candidates } = complete(this.#before, this.#known());
    const progress = text !== this.#before;
    this.#set(text, this.#after);
    return candidates.length > 0 && !progress ? { kind: "candidates", candidates } : edited;
  }
}

const firstOf = (text: string) => graphemesOf(text)[0] ?? "";
const lastOf = (text: string) => graphemesOf(text).at(-1) ?? "";
const wordBefore = (text: string) => /\S*\s*$/.exec(text)?.[0] ?? "";
const wordAfter = (text: string) => /^\s*\S*/.exec(text)?.[0] ?? "";

/** Whose parts mean nothing alone: an emoji goes as a whole, where a mistyped Thai tone mark goes by itself. */
const indivisible = /\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3]/u;

function withoutLast(text: string): string {
  const last = lastOf(text);
  const gone = indivisible.test(last) ? last : ([...last].at(-1) ?? "");
  return text.slice(0, text.length - gone.length);
}
