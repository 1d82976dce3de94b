import { defineConfig } from "vite";

/** The page: `src/web` into `dist/page`, hashed file names, for the server to serve as they are. */
export default defineConfig({
  root: "src/web",
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: "../../dist/page", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
