import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DetectionJson } from '../../core/src/detection/json.js';
import { commandIn, root } from './command.js';
import { runsSlow } from '../setup/slow.js';

const { run } = commandIn();

describe('benchmark files', () => {
  const data = process.env.HEED_DATA ?? join(root, '../shared/data');
  const present = existsSync(join(data, 'manifest.csv'));
  if (!present) console.error(`SKIPPED benchmark files: none at ${data} (set HEED_DATA)`);
  const files = present
    ? ['U', 'M'].flatMap((split) => readdirSync(join(data, split)).map((name) => join(data, split, name)))
    : [];

  test.skipIf(!present)('every one is read, with its label apart', async () => {
    const { readSeriesFile } = await import('../../core/src/node/files.js');
    for (const file of files) {
      const { series } = await readSeriesFile(file);
      expect(series.labels !== undefined, file).toBe(true);
      expect(
        series.channels.some(({ name }) => /label/i.test(name)),
        file,
      ).toBe(false);
    }
  });

  // One of every family through the command, the shortest, so that the suite stays short.
  const families = new Map<string, { file: string; size: number }>();
  for (const file of files) {
    const family = file.split('/').at(-1)!.split('_')[1]!;
    const size = readFileSync(file).length;
    if (size < (families.get(family)?.size ?? Infinity)) families.set(family, { file, size });
  }
  test
    .skipIf(!present)
    .each(
      [...families].filter((_, i) => runsSlow || i % 4 === 0).map(([family, { file }]) => [family, file]),
    )('a file of %s runs through heed detect unchanged', async (_, file) => {
    const { status, stdout, stderr } = await run(['detect', file!, '--format', 'json', '--quiet']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const detection = JSON.parse(stdout) as DetectionJson;
    expect(detection.score).toHaveLength(detection.points);
  });
});
