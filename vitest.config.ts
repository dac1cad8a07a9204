import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['core/src/**/*.test.ts', 'grafana-plugin/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Half of the slow tests wait for a browser or a kernel: one worker per core keeps the cores busy.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
