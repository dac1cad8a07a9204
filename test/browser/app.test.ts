// The pages of the app in Chromium.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { utils, write } from 'xlsx';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { findChromium } from './chromium.js';
import { patient, polling, settled, useDemo, whys } from './demo.js';

/** One table in the kinds of files that people have, each with its own name in a column that never changes. */
const rows = (kind: string) =>
  Array.from({ length: 120 }, (_, t) => ({
    time: new Date(Date.UTC(2026, 2, 2) + 60_000 * t).toISOString(),
    latency: 20 + (t % 7) / 4 + (t === 90 ? 40 : 0),
    host: kind,
  }));
const csv = (kind: string) =>
  ['time,latency,host', ...rows(kind).map((row) => Object.values(row).join(','))].join('\n');
/** One block as it is (RFC 8878, 3.1.1): Node 20 packs no zstd. */
function zstd(text: string): Buffer {
  const bytes = Buffer.from(text);
  const frame = Buffer.alloc(10);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0x60]);
  frame.writeUInt16LE(bytes.length - 256, 5);
  frame.writeUIntLE(1 | (bytes.length << 3), 7, 3);
  return Buffer.concat([frame, bytes]);
}
function parquet(kind: string): Buffer {
  const columns = ['time', 'latency', 'host'] as const;
  return Buffer.from(
    parquetWriteBuffer({
      columnData: columns.map((name) => ({ name, data: rows(kind).map((row) => row[name]) })),
    }),
  );
}
const files: Readonly<Record<string, Buffer>> = {
  'csv.gz': gzipSync(csv('csv.gz')),
  'csv.zst': zstd(csv('csv.zst')),
  'table.parquet': parquet('table.parquet'),
  'utf16.csv': Buffer.from(`\uFEFF${csv('utf16.csv')}`, 'utf16le'),
  'latin1.é.csv': Buffer.from(csv('latin1.é.csv'), 'latin1'),
  'book.xlsx': write(
    { SheetNames: ['Data'], Sheets: { Data: utils.json_to_sheet(rows('book.xlsx')) } },
    { type: 'buffer', bookType: 'xlsx' },
  ) as Buffer,
};

describe.skipIf(!findChromium())('the app', patient, () => {
  const { open } = useDemo();

  it('scores a CSV that is pasted, shows what was scored, and creates a dashboard', async () => {
    const { page, problems } = await open('/a/heed-anomaly-app/try');
    await page.getByRole('button', { name: 'Use a sample' }).click();
    await settled(page);
    await expect.poll(() => whys(page).count(), polling).toBeGreaterThan(0);
    await page.getByRole('textbox', { name: 'CSV' }).fill('time,a\n2026-01-01T00:00:00Z,x\n');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    await page.getByText('This could not be read').waitFor();
    const file = page.getByLabel('CSV file');
    for (const [name, buffer] of Object.entries(files)) {
      await file.setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
      // What was read is told in words that name the file's own column.
      await page.getByText(`was left out: it is "${name}" in every row`).waitFor(polling);
      await settled(page);
    }
    await file.setInputFiles({ name: 'cut.gz', mimeType: '', buffer: files['csv.gz']!.subarray(0, 40) });
    await page.getByText(/cut\.gz: the gzip data are damaged or cut off/).waitFor(polling);
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.locator('[data-testid=heed-activity] tbody tr').first().waitFor();
    expect(await page.locator('[data-testid=heed-activity]').innerText()).toMatch(/auto/);
    await page.getByRole('tab', { name: 'Getting started' }).click();
    await page.locator('#heed-start-source').click();
    await page.getByText('Scenarios').first().click();
    await page.getByRole('button', { name: 'Create the example dashboard' }).click();
    await settled(page);
    expect(page.url()).toContain('/d/');
    expect(problems).toEqual([]);
  });
});
