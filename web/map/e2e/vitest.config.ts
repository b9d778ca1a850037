import { defineConfig } from "vitest/config";

// One gisd and one browser for all specs, one after the other.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.spec.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    bail: 1,
  },
});
