import { defineConfig } from "vite";

// One file without imports, after the app's own (vite.config.ts): all browsers take a worker like that.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../static/app/worker",
    emptyOutDir: true,
    target: ["chrome111", "firefox115", "safari16.4"],
    reportCompressedSize: false,
    lib: { entry: "worker/worker.ts", formats: ["iife"], name: "worker", fileName: () => "worker.js" },
  },
});
