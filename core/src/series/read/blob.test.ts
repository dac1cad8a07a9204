import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readSeriesBlob } from './blob.js';
import { layouts } from './exports.fixture.js';
import { makeSample } from './sample.fixture.js';

const sample = makeSample(60);

describe('files chosen in a browser', () => {
  it.each(Object.entries(layouts))('%s', async (_, { write, channels }) => {
    const content = write(sample);
    for (const part of [content, new Uint8Array(gzipSync(content))]) {
      const { series } = await readSeriesBlob(new Blob([part as BlobPart]), { name: 'file' });
      expect(series.channels).toHaveLength(channels);
      expect(series.time).toHaveLength(60);
    }
  });

  it('are refused where they are damaged or empty, with what to do', async () => {
    await expect(readSeriesBlob(new Blob(['PAR1 and more of it all']))).rejects.toThrow(
      /Parquet.*or give CSV/,
    );
    await expect(readSeriesBlob(new Blob([]))).rejects.toMatchObject({ code: 'empty-input' });
    const cut = gzipSync('time,a\n1,2\n'.repeat(50)).subarray(0, 30);
    await expect(readSeriesBlob(new Blob([cut]))).rejects.toMatchObject({ code: 'not-text' });
  });
});
