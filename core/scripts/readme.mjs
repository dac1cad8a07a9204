// Makes what README.md shows: the picture, the table of the recorded incident's events, and the table of detectors.
// `npm run readme` writes them; `--check` fails where the committed ones differ, so that a test can hold them to it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const incident = 'core/data/incident.csv';
const check = process.argv.includes('--check');
let stale = false;

function heed(...args) {
  return execFileSync(process.execPath, [join(root, 'core/bin/heed.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function put(path, content) {
  const full = join(root, path);
  if (existsSync(full) && readFileSync(full, 'utf8') === content) return;
  if (check) {
    console.error(`${path} is not what the commands print now: run npm run readme`);
    stale = true;
    return;
  }
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  console.error(`wrote ${path}`);
}

function section(text, name, content) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new Error(`README.md has no section ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}

function detectorTable() {
  const detectors = JSON.parse(heed('detectors', '--format', 'json'));
  const cell = (text) => String(text).replaceAll('|', '\\|');
  const rows = detectors.map(({ id, summary, source, tags }) => {
    const kind = tags.baseline
      ? 'baseline'
      : tags.needsTraining
        ? tags.supervised
          ? 'learns from labels'
          : 'learns'
        : 'no training';
    return `| \`${id}\` | ${kind} | ${cell(summary)} | ${cell(source)} |`;
  });
  return ['| detector | | what it does | from |', '|---|---|---|---|', ...rows].join('\n');
}

put(
  'core/docs/incident.svg',
  heed(
    'detect',
    incident,
    '--format',
    'svg',
    '--columns',
    'http_request_duration_p95_seconds,http_requests_per_second,http_request_errors_ratio',
  ),
);
let readme = readFileSync(join(root, 'README.md'), 'utf8');
readme = section(readme, 'incident', `\`\`\`text\n${heed('detect', incident).trim()}\n\`\`\``);
readme = section(readme, 'detectors', detectorTable());
put('README.md', readme);
process.exitCode = stale ? 1 : 0;
