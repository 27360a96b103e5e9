import { defineConfig } from "vite";

// Everything into one folder, with names that carry a hash: petrel/web serves it as it is and keeps it for ever.
export default defineConfig({
  base: "/static/app/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../static/app",
    emptyOutDir: true,
    assetsDir: "",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox115", "safari16.4"],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: "src/main.tsx",
      // What every page needs comes in one file: ten small ones pack worse, and each is a request.
      output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } },
    },
  },
});
