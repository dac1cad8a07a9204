// Makes heed-anomaly-app-<version>.zip: one folder named like the app with the contents of dist/, as Grafana's
// plugin directory and `grafana cli` expect it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
if (!existsSync(join(dist, 'plugin.json'))) {
  console.error('package: dist/ is missing; run "npm run build -w grafana-plugin" first');
  process.exit(1);
}
const { id, info } = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8'));

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
const entries = Object.fromEntries(
  filesOf(dist)
    .sort()
    .map((file) => [
      `${id}/${relative(dist, file).split(sep).join('/')}`,
      new Uint8Array(readFileSync(file)),
    ]),
);
// Fixed times: the same dist makes the same zip.
const zip = zipSync(entries, { level: 9, mtime: new Date('2026-01-01T00:00:00Z') });
const out = join(root, `${id}-${info.version}.zip`);
writeFileSync(out, zip);
console.log(
  `${relative(process.cwd(), out)}  ${(zip.length / 1024).toFixed(0)} KB, ${Object.keys(entries).length} files`,
);
