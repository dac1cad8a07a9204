import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readText } from './index.js';

const page = fileURLToPath(new URL('../../../../docs/formats.md', import.meta.url));

it('reads every sample that docs/formats.md shows', () => {
  expect(existsSync(page)).toBe(true);
  // Every second part stands between fences; JSON of our own has a language behind its fence.
  const samples = readFileSync(page, 'utf8')
    .split(/^```/m)
    .filter((part, i) => i % 2 === 1 && part.startsWith('\n'))
    .map((part) => part.slice(1));
  expect(samples.length).toBeGreaterThan(15);
  for (const sample of samples) {
    // The sample of what stands around a table shows its head alone.
    const text = sample.includes('Mission') ? `${sample}2026-03-02,5\n2026-03-03,6\n2026-03-04,7\n` : sample;
    const { series } = readText(text);
    expect(series.channels.length, sample).toBeGreaterThan(0);
    expect(new Date(series.time[0]!).toISOString(), sample).toMatch(/^2026-03-02/);
  }
});
