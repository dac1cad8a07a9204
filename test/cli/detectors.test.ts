import { describe, expect, test } from 'vitest';
import { commandIn } from './command.js';

const { run } = commandIn();

describe('heed detectors', () => {
  test('lists every detector as JSON', async () => {
    const { stdout, status } = await run(['detectors', '--format', 'json']);
    expect(status).toBe(0);
    const list = JSON.parse(stdout) as Record<string, unknown>[];
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(['auto', 'memory-attention']));
    for (const entry of list) {
      expect(Object.keys(entry)).toEqual([
        'id',
        'input',
        'tags',
        'source',
        'summary',
        'defaults',
        'parameters',
      ]);
    }
    expect(list.length).toBeGreaterThanOrEqual(25);
    const size = Object.fromEntries(list.map(({ id, parameters }) => [id, parameters]));
    expect(size).toMatchObject({ 'z-score': null, 'attention-autoencoder': 1633 });
  });

  test('describes one with its options', async () => {
    const { stdout } = await run(['detectors', 'memory-attention']);
    expect(stdout).toMatch(/^memory-attention\n/);
    expect(stdout).toContain('Options (--option NAME=VALUE):');
  });
});
