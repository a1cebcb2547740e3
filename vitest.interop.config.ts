import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["interop/**/*.test.ts"],
    setupFiles: ["interop/end-with-vitest.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false, // the peers use fixed ports, and the machine should be quiet while audio is measured
  },
});
