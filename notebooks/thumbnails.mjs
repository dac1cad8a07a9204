// Draws the pictures of the gallery (README.md): of every notebook the picture of the cell tagged `thumbnail`, or its
// first one. Run after the notebooks: node notebooks/thumbnails.mjs
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgToPng } from '@heed/core/node';

const width = 400;
const folder = import.meta.dirname;
mkdirSync(join(folder, 'thumbnails'), { recursive: true });
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ipynb'))) {
  const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const pictureOf = (cell) =>
    cell.outputs?.find((output) => output.data?.['image/svg+xml'])?.data['image/svg+xml'];
  const tagged = cells.filter((cell) => cell.metadata.tags?.includes('thumbnail'));
  const svg = [...tagged, ...cells].map(pictureOf).find(Boolean);
  if (!svg) throw new Error(`${name} has no picture; run it first: heed notebook run ${name} --in-place`);
  const text = [svg].flat().join('');
  const png = await svgToPng(text, { scale: width / Number(/width="([\d.]+)"/.exec(text)[1]) });
  writeFileSync(join(folder, 'thumbnails', name.replace('.ipynb', '.png')), png);
}
