import { defineConfig } from 'vitest/config';

/** Tests that fit networks: minutes of one core, which an edit of anything else need not wait for. */
const trainsNetworks = [
  'core/src/detectors/{learned,graph,transfer}/**/*.test.ts',
  'core/src/detection/{models,fusion,prepare}.test.ts',
  'grafana-plugin/src/datasource/graph.test.ts',
  // They choose the engine of TensorFlow.js, once per process.
  'docs/site/**/*.test.ts',
  'core/src/tensor/backend.test.ts',
];

/** Tests over many simulated series: whoever changes decisions, the monitor or a detector runs them too. */
const simulates = [
  'core/src/live/*.test.ts',
  'core/src/detectors/registry.test.ts',
  'core/src/detectors/ensemble/auto.test.ts',
  'core/src/detection/explain/truth.test.ts',
  'core/src/serve/service.test.ts',
];

export default defineConfig({
  test: {
    // Half of the slow tests wait for a browser or a kernel: one worker per core keeps the cores busy.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['core/src/**/*.test.ts', 'grafana-plugin/src/**/*.test.ts'],
          exclude: [...trainsNetworks, ...simulates, '**/*.fuzz.test.ts'],
          // One import of core per worker in place of one per file: a third of the time.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'networks', include: trainsNetworks } },
      {
        extends: true,
        test: { name: 'simulations', include: simulates, exclude: ['**/*.fuzz.test.ts'], isolate: false },
      },
      // HEED_FUZZ_RUNS=100000 npx vitest run --project fuzz; HEED_FUZZ_SEED replays.
      { extends: true, test: { name: 'fuzz', include: ['core/src/**/*.fuzz.test.ts'] } },
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
          // A kernel or a browser that the machine ends in mid-test is started once more; a real fault fails twice.
          retry: 1,
        },
      },
    ],
  },
});
