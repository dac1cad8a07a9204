// `npm start` and `npm test` on a fresh clone: install what is missing, build what is stale, run.
// Uses nothing but Node itself, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const stateFolder = join(root, 'node_modules/.heed');
const isWindows = process.platform === 'win32';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Node ${process.versions.node} is too old. Install Node 20.19 or newer (https://nodejs.org) and run this again.`,
  );
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'start') start(rest);
else if (command === 'test') test(rest);
else if (command === 'summary') printSummary();
else fail('usage: node core/scripts/run.mjs start|test|summary');

function fail(message) {
  console.error(`heed: ${message}`);
  process.exit(1);
}

function step(text) {
  console.error(`\n▸ ${text}`);
}

function run(file, args, options = {}) {
  return spawnSync(file, args, {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows && file === 'npm',
    ...options,
  });
}

/** Hash of the files that decide whether an installation or a build is still good. */
function fingerprint(paths) {
  const hash = createHash('sha256').update(process.versions.modules);
  const visit = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) {
        if (name !== 'node_modules' && name !== 'dist' && !name.endsWith('.test.ts')) visit(join(path, name));
      }
    } else hash.update(path).update(readFileSync(full));
  };
  paths.forEach(visit);
  return hash.digest('hex');
}

function readState(name) {
  try {
    return readFileSync(join(stateFolder, name), 'utf8');
  } catch {
    return '';
  }
}

function writeState(name, value) {
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(join(stateFolder, name), value);
}

/**
 * Installs the workspaces that are asked for. `npm start` does not wait for the notebook stack, so its install is
 * a part of the full one; a full install serves both.
 */
function install(workspaces) {
  const print = fingerprint(['package-lock.json', 'package.json']);
  const full = `${print} all`;
  const partial = `${print} ${workspaces.join(' ')}`;
  const have = readState('installed');
  if (have === full || (workspaces.length > 0 && have === partial)) return;
  step(
    `Installing ${workspaces.length > 0 ? workspaces.join(', ') : 'everything'} (once; some minutes on a slow line)`,
  );
  const scope = workspaces.flatMap((name) => ['-w', name]);
  const args = [
    'ci',
    ...(scope.length > 0 ? [...scope, '--include-workspace-root'] : []),
    '--no-audit',
    '--no-fund',
  ];
  const result = run('npm', [...args, '--loglevel', 'error']);
  if (result.status !== 0)
    fail('npm ci failed; its message is above. Check the network and run the same command again.');
  writeState('installed', workspaces.length > 0 ? partial : full);
}

function build(name, workspace, paths) {
  const print = fingerprint(paths);
  const output = join(root, workspace, 'dist');
  if (readState(`built-${name}`) === print && existsSync(output)) return;
  step(`Building ${name}`);
  rmSync(join(stateFolder, `built-${name}`), { force: true });
  if (run('npm', ['run', '--silent', 'build'], { cwd: join(root, workspace) }).status !== 0) {
    fail(`building ${name} failed; the compiler's message is above.`);
  }
  writeState(`built-${name}`, print);
}

function buildAll({ notebooks }) {
  build('core', 'core', [
    'core/src',
    'core/assembly',
    'core/scripts',
    'core/package.json',
    'core/tsconfig.lib.json',
  ]);
  const plugin = JSON.parse(readFileSync(join(root, 'grafana-plugin/package.json'), 'utf8'));
  if (plugin.scripts?.build) {
    build('grafana-plugin', 'grafana-plugin', [
      'core/src',
      'core/assembly',
      'core/data',
      'grafana-plugin',
      'package-lock.json',
    ]);
  }
  if (notebooks)
    build('notebooks', 'notebooks', [
      'core/src',
      'notebooks/src',
      'notebooks/package.json',
      'notebooks/tsconfig.json',
    ]);
}

function start(args) {
  const withoutDemo = args.includes('--no-demo') || process.env.CI === 'true';
  install(['core', 'grafana-plugin']);
  buildAll({ notebooks: false });
  step('Looking for anomalies in the recorded incident (core/data/incident.csv)');
  const heed = join(root, 'core/bin/heed.js');
  const report = join(root, 'heed-report.html');
  const detect = run(process.execPath, [
    heed,
    'detect',
    join(root, 'core/data/incident.csv'),
    '--report',
    report,
  ]);
  if (detect.status !== 0) process.exit(detect.status ?? 1);
  if (withoutDemo) {
    step('Done. Open the report above in a browser; `npm start` alone goes on to a demo dashboard.');
    return;
  }
  step('Starting the demo dashboard; Ctrl+C stops it');
  const demo = run(process.execPath, [heed, 'demo', ...args]);
  process.exit(demo.signal === 'SIGINT' || demo.status === 130 ? 0 : (demo.status ?? 1));
}

function test(args) {
  install([]);
  buildAll({ notebooks: true });
  step('Running the tests');
  const results = join(stateFolder, 'tests.json');
  rmSync(results, { force: true });
  mkdirSync(stateFolder, { recursive: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const outcome = run(process.execPath, [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...args,
  ]);
  const failed = printSummary();
  process.exit(outcome.status === 0 && failed === 0 ? 0 : 1);
}

/**
 * Prints the counts of the last test run, `N passed, N failed` alone on the last line and what was skipped above it;
 * returns the number that failed.
 */
function printSummary() {
  const results = join(stateFolder, 'tests.json');
  if (!existsSync(results)) fail('there is no test result; run `npm test` first.');
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
  const skipped = testResults.flatMap(({ name, assertionResults }) => {
    const count = assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
    return count > 0 ? [`${relative(root, name)} (${count})`] : [];
  });
  if (skipped.length > 0) console.log(`Skipped, for the reasons given above: ${skipped.join(', ')}`);
  // A file that could not even be loaded has no tests of its own, but it has failed.
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = numFailedTests + brokenFiles.length;
  console.log(`${numPassedTests} passed, ${failed} failed`);
  return failed;
}
