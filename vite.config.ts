import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type Rolldown } from "vite";

/** The first that have what the page is written with: `Intl.Segmenter`, and `light-dark()` in its styles. */
const browsers = ["chrome123", "firefox125", "safari17.5"];

const source = (file: string) => fileURLToPath(new URL(`src/web/${file}`, import.meta.url));

/** Tells the service worker what the page consists of, pictures of the system's apart. It has another name whenever any of it changes. */
const listFiles: Plugin = {
  name: "list-files",
  apply: "build",
  writeBundle({ dir = "" }) {
    const files = readdirSync(dir, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(html|js|css|svg|webmanifest)$/.test(file) && file !== "worker.js")
      .toSorted();
    const hash = createHash("sha256");
    for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(dir, file)));
    const paths = files.map((file) => JSON.stringify(file === "index.html" ? "/" : `/${file}`));
    const worker = readFileSync(join(dir, "worker.js"), "utf8")
      .replace(/["'`]__FILES__["'`]/, () => paths.join(","))
      .replace("__VERSION__", hash.digest("hex").slice(0, 16));
    writeFileSync(join(dir, "worker.js"), worker);
  },
};

/** Has the early file run as soon as it is here, for a script that is not `async` waits for the styles and for those before it. */
const earlyFirst: Plugin = {
  name: "early-first",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html) {
      const early = /<script (?=type="module" crossorigin src="\/assets\/early-)/;
      if (!early.test(html)) throw new Error("the page's early file is not where it was");
      return html.replace(early, '<script async fetchpriority="high" ');
    },
  },
};

/**
 * Puts the styles of the first load into the page itself, which comes while the scripts it names are asked for. The server
 * tells browsers the hash of what it may contain. (`src/server/page.ts`)
 */
const inlineStyles: Plugin = {
  name: "inline-styles",
  apply: "build",
  generateBundle: {
    order: "pre",
    handler(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.name === "index") chunk.viteMetadata?.importedCss.clear();
      }
    },
  },
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle = {} }) {
      const styles = Object.values(bundle).find(({ fileName }) => /^assets\/index-.*\.css$/.test(fileName));
      if (styles?.type !== "asset" || html.includes(styles.fileName))
        throw new Error("the page's styles are not where they were");
      delete bundle[styles.fileName];
      return html.replace("</head>", `  <style>${String(styles.source).trim()}</style>\n  </head>`);
    },
  },
};

/** Lays a brotli and a gzip copy beside every text file, so that the server never compresses. */
const compress: Plugin = {
  name: "compress",
  apply: "build",
  writeBundle({ dir = "" }) {
    for (const file of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (!/\.(html|js|css|svg|webmanifest|json)$/.test(file)) continue;
      const bytes = readFileSync(join(dir, file));
      writeFileSync(join(dir, `${file}.br`), brotliCompressSync(bytes));
      writeFileSync(join(dir, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
};

/**
 * What the first load needs is two files, and what stands beside the conversation one, whatever parts that are fetched on
 * demand need of them too: divided further they would be larger, and their weight (`npm run check`) not told. What the
 * early one needs is in that, for it to run first.
 */
function fileOf(module: string, graph: Rolldown.ChunkingContext): string | undefined {
  const isPartOf = (entry: string) => {
    const seen = new Set<string>();
    const isIn = (id: string): boolean => {
      if (seen.has(id)) return false;
      seen.add(id);
      return id === source(entry) || (graph.getModuleInfo(id)?.importers.some(isIn) ?? false);
    };
    return isIn(module);
  };
  if (isPartOf("early.ts")) return "early";
  if (isPartOf("index.html")) return "index";
  return isPartOf("beside.tsx") ? "beside" : undefined;
}

/** The page: `src/web` into `dist/page`, hashed file names, for the server to serve as they are. */
export default defineConfig({
  root: "src/web",
  base: "/",
  plugins: [earlyFirst, inlineStyles, listFiles, compress],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/page",
    emptyOutDir: true,
    target: browsers,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: source("index.html"), worker: source("worker/worker.ts") },
      // A service worker is known by its address, and rules what lies beside and below it.
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        codeSplitting: {
          groups: [{ name: fileOf, debugName: "what is seen first" }],
          // Else the file of what stands beside takes from the first load what it needs of it.
          includeDependenciesRecursively: false,
        },
      },
    },
  },
});
