import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readText } from '../series/index.js';
import { layouts } from './layouts.js';

const page = fileURLToPath(new URL('../../../docs/formats.md', import.meta.url));

/** Names and samples of a page, by its headings: every second part stands between fences. */
function samplesOf(markdown: string): Record<string, { name: string; sample: string }[]> {
  const sections = markdown.split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.flatMap((section) => {
      const parts = section.split(/^```/m);
      const list = parts.slice(0, -1).flatMap((text, i) => {
        const name = [...text.matchAll(/^\*\*([^*]+)\*\*/gm)].at(-1)?.[1];
        return i % 2 === 0 && name ? [{ name, sample: parts[i + 1]!.trim() }] : [];
      });
      return list.length > 0 ? [[section.slice(0, section.indexOf('\n')), list]] : [];
    }),
  );
}

it('reads every sample that heed formats prints and docs/formats.md shows, which are the same', () => {
  expect(existsSync(page)).toBe(true);
  const shown = samplesOf(readFileSync(page, 'utf8'));
  expect(shown).toEqual(layouts);
  const samples = Object.values(shown).flat();
  expect(samples.length).toBeGreaterThan(35);
  for (const { name, sample } of samples) {
    expect(sample.split('\n').length, name).toBeGreaterThanOrEqual(2);
    // The sample of what stands around a table shows its head alone.
    const text = sample.includes('Mission')
      ? `${sample}\n2026-03-02,5\n2026-03-03,6\n2026-03-04,7\n`
      : sample;
    const { series } = readText(text);
    expect(series.channels.length, name).toBeGreaterThan(0);
    expect(new Date(series.time[0]!).toISOString(), name).toMatch(/^2026-03-02/);
  }
});
