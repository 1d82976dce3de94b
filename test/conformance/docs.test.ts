import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const find = (...patterns: string[]) => globSync(patterns, { cwd: root });

const pages = find("*.md", "docs/**/*.md", "bench/*.md", "src/**/*.md");

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string) =>
  new Set(Array.from(read(page).matchAll(/^#+ (.*)$/gm), ([, text = ""]) => anchorOf(text)));

/** The rows of the specification: an id, and the files and folders that show what it says. */
const rules = Array.from(
  read("docs/SPEC.md").matchAll(/^\| ([A-Z]\d+) \|.*\| ([^|]*) \|$/gm),
  ([, id = "", shown = ""]) => ({
    id,
    shownBy: Array.from(shown.matchAll(/`([^`]+)`/g), ([, path = ""]) => path),
  }),
);

describe("The documents", () => {
  test("each rule's row names tests that exist and cite the rule", () => {
    assert.ok(rules.length > 50);
    const wrong = rules.flatMap(({ id, shownBy }) =>
      shownBy
        .filter((path) => {
          const files = path.endsWith(".ts") ? find(path) : find(`${path}/**/*.ts`);
          return !files.some((file) => read(file).includes(`[${id}]`));
        })
        .map((path) => `${id}: ${path}`),
    );
    assert.deepEqual(wrong, []);
  });

  test("every rule that is cited stands in the specification", () => {
    const known = new Set(rules.map(({ id }) => id));
    const files = [...pages, ...find("{src,test,bench,scripts}/**/*.{ts,tsx,mjs}")];
    const unknown = files.flatMap((file) =>
      Array.from(read(file).matchAll(/\[([A-Z]\d+)\]/g), ([, id = ""]) => id)
        .filter((id) => !known.has(id))
        .map((id) => `${file}: ${id}`),
    );
    assert.deepEqual(unknown, []);
  });

  test("every link between them leads to a file or folder that is there, and to a heading in it", () => {
    const broken = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [path = "", anchor] = link.split("#");
          const target = path === "" ? page : relative(root, join(root, dirname(page), path));
          if (!existsSync(join(root, target))) return true;
          return anchor !== undefined && statSync(join(root, target)).isFile() && !anchorsOf(target).has(anchor);
        })
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  test("every source file that they name exists", () => {
    const files = find("{src,test,bench,scripts}/**/*.ts").map((file) => `/${file}`);
    const missing = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/`([\w./-]+\.ts)`/g), ([, name = ""]) => name)
        .filter((name) => !files.some((file) => file.endsWith(`/${name}`)))
        .map((name) => `${page}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  test("the list of decisions names every one, by its title", () => {
    const list = read("docs/decisions/README.md");
    const missing = find("docs/decisions/[0-9]*.md").filter((page) => {
      const title = read(page).split("\n", 1)[0]?.replace(/^# /, "");
      return !list.includes(`- [${title}](${page.split("/").at(-1)})\n`);
    });
    assert.deepEqual(missing, []);
  });
});
