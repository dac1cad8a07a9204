// What is installed, by the lock file: licenses that are allowed, install scripts that were looked at, sums that are
// checked. Run by test/supply-chain.test.ts; alone: node core/scripts/licenses.mjs
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Licenses under which a package may be used here. MPL-2.0 and CC-BY-4.0: unchanged, and in development alone. */
const allowed = new Set([
  ...[
    'Apache-2.0',
    'MIT',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'BlueOak-1.0.0',
    'Unlicense',
    'CC0-1.0',
  ],
  ...['Zlib', 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0'],
]);

/** Packages whose manifest names no license, by what their LICENSE file or README says. */
const byHand = {
  'fast-shallow-equal@1.0.0': 'Unlicense',
  'react-universal-interface@0.6.2': 'Unlicense',
  'typed-function@2.1.0': 'MIT',
};
/** Packages that state no license anywhere. They come with Grafana's own libraries, in development alone. */
const unstated = new Set(['get-document@1.0.0']);

/** True where a SPDX expression is met by allowed licenses: all of an AND, one of an OR. */
export function isAllowed(expression) {
  const bare = expression.trim().replace(/^\((.*)\)$/, '$1');
  if (/ OR /.test(bare)) return bare.split(' OR ').some(isAllowed);
  if (/ AND /.test(bare)) return bare.split(' AND ').every(isAllowed);
  return allowed.has(bare);
}

/**
 * @param lock the parsed package-lock.json
 * @param manifest the parsed package.json, whose allowScripts names every package with an install script
 * @param licenseOf the license of an installed package that the lock file has none of, or undefined
 * @returns {string[]} one line per fault
 */
export function lockFaults(lock, manifest, licenseOf = installedLicense) {
  const faults = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.link || !path.includes('node_modules/')) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 13);
    const pinned = `${name}@${entry.version}`;
    const license = entry.license ?? byHand[pinned] ?? licenseOf(path);
    if (!unstated.has(pinned) && (license === undefined || !isAllowed(license)))
      faults.push(`${path}: license ${license ?? 'unknown'}`);
    if (!entry.inBundle && entry.integrity === undefined) faults.push(`${path}: no integrity`);
    // The lock names no host (.npmrc): what names one is fetched from elsewhere than the registry in use.
    if (entry.resolved !== undefined) faults.push(`${path}: from elsewhere, ${entry.resolved}`);
    if (entry.hasInstallScript && !Object.hasOwn(manifest.allowScripts, name))
      faults.push(`${path}: an install script that allowScripts does not name`);
  }
  return faults;
}

function installedLicense(path) {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'));
  return license?.type ?? license ?? licenses?.map(({ type }) => type).join(' OR ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  const faults = lockFaults(read('package-lock.json'), read('package.json'));
  for (const line of faults) console.error(line);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
