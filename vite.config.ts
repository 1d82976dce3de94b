import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

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

/** The page: `src/web` into `dist/page`, hashed file names, for the server to serve as they are. */
export default defineConfig({
  root: "src/web",
  base: "/",
  plugins: [compress],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: "../../dist/page", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
