import { defineConfig } from "vite";

// The build goes to web/dist/app, beside the committed fallback page, so that
// building never changes a tracked file. `base` is relative: any prefix works.
// In development everything but the page itself comes from a running gisd.
const server = process.env.GISD_DEV_SERVER ?? "http://localhost:8080";
const paths = ["/ogc", "/tiles", "/styles", "/fonts", "/sprites", "/search", "/crs", "/live", "/auth"];

export default defineConfig({
  base: "./",
  build: {
    outDir: "../dist/app",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks: (id) => (id.includes("node_modules/maplibre-gl") ? "maplibre" : undefined),
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(paths.map((path) => [path, server])) },
});
