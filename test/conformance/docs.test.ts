import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { errorStatus } from "../../src/protocol/codes.ts";

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

/** The links of a page that lead to a file or folder beside it, each with where it leads to from the root. */
const linksOf = (page: string) =>
  Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : relative(root, join(root, dirname(page), path));
      return { link, target, anchor };
    });

/** Which of the folders of `src` each may import, in the order of the alphabet, by what `biome.json` forbids. */
function linterWalls(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const { overrides } = JSON.parse(read("biome.json")) as {
    overrides: readonly {
      includes: readonly string[];
      linter: { rules: { style: { noRestrictedImports: { options: { patterns: readonly { group: string[] }[] } } } } };
    }[];
  };
  return new Map(
    overrides.map(({ includes: [where = ""], linter }) => {
      const { patterns } = linter.rules.style.noRestrictedImports.options;
      const folder = /^src\/(\w+)\/\*\*$/.exec(where)?.[1] ?? where;
      const forbidden = new Set(patterns.flatMap(({ group }) => group));
      return [folder, folders.filter((other) => other !== folder && !forbidden.has(`**/${other}/**`)).toSorted()];
    }),
  );
}

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

  test("each error is told under the status that it has over HTTP", () => {
    const told = Array.from(
      read("docs/SPEC.md").matchAll(/^\| (\d{3}) \| (`\w+`(?:, `\w+`)*) \|$/gm),
      ([, status, codes = ""]) => codes.split(", ").map((code) => [code.slice(1, -1), Number(status)] as const),
    ).flat();
    assert.deepEqual(told.toSorted(), Object.entries(errorStatus).toSorted());
  });

  test("every link between them leads to a file or folder that is there, and to a heading in it", () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(({ target, anchor }) => {
          if (!existsSync(join(root, target))) return true;
          return anchor !== undefined && statSync(join(root, target)).isFile() && !anchorsOf(target).has(anchor);
        })
        .map(({ link }) => `${page}: ${link}`),
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

  test("every document that a source names exists", () => {
    const files = find("{src,test,bench,scripts,deploy}/**/*.*", "*.{ts,json}", "Dockerfile");
    const missing = files.flatMap((file) =>
      Array.from(read(file).matchAll(/(?<![\w./-])docs\/[\w./-]*\w/g), ([path]) => path)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  test("what each folder may import is told as the linter has it", () => {
    const told = new Map(
      Array.from(
        read("docs/ARCHITECTURE.md").matchAll(/^\| `src\/(\w+)` \|.*\| ([^|]*) \|$/gm),
        ([, folder = "", may = ""]) => [folder, may === "–" ? [] : may.split(", ")] as const,
      ),
    );
    const linted = linterWalls([...told.keys()]);
    assert.ok(told.size > 10);
    for (const [folder, may] of told) assert.deepEqual([folder, may.toSorted()], [folder, linted.get(folder)]);
  });

  test("every link in a document of the package leads to a file or folder of it", () => {
    const { files } = JSON.parse(read("package.json")) as { files: readonly string[] };
    const shipped = new Set(
      find(...files.filter((path) => !path.startsWith("!")).flatMap((path) => [path, `${path}/**`])),
    );
    const lost = [...shipped]
      .filter((path) => path.endsWith(".md"))
      .flatMap((page) => linksOf(page).map(({ link, target }) => ({ target, told: `${page}: ${link}` })))
      .filter(({ target }) => !shipped.has(target))
      .map(({ told }) => told);
    assert.deepEqual(lost, []);
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
