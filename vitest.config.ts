import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Half of the slow tests wait for a browser or a kernel: one worker per core keeps the cores busy.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'units', include: ['core/src/**/*.test.ts', 'grafana-plugin/src/**/*.test.ts'] },
      },
      {
        extends: true,
        // These need programs that npm does not bring; the set-up runs only where one of them is to run.
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/setup/install.ts',
          // They start processes, which takes its time on a busy machine.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
