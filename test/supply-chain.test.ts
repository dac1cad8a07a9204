import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './cli/command.js';

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}
const script = '../core/scripts/licenses.mjs';
const { isAllowed, lockFaults } = (await import(script)) as {
  isAllowed(expression: string): boolean;
  lockFaults(
    lock: { packages: Record<string, Entry> },
    manifest: { allowScripts: object },
    licenseOf?: (path: string) => string | undefined,
  ): string[];
};
const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as never;

describe('what is installed', () => {
  test('has allowed licenses, sums, and no install script that nobody looked at', () => {
    expect(lockFaults(read('package-lock.json'), read('package.json'))).toEqual([]);
  });

  test.each<[string, Entry, RegExp]>([
    ['a license that is not allowed', { license: 'GPL-3.0', integrity: 'x' }, /license GPL-3\.0/],
    ['one of two that both hold', { license: 'MIT AND GPL-3.0', integrity: 'x' }, /license MIT AND GPL/],
    ['none', { integrity: 'x' }, /license unknown/],
    ['no sum', { license: 'MIT' }, /no integrity/],
    [
      'another place',
      { license: 'MIT', integrity: 'x', resolved: 'https://evil.example/a.tgz' },
      /elsewhere/,
    ],
    ['a script', { license: 'MIT', integrity: 'x', hasInstallScript: true }, /an install script/],
  ])('is refused with %s', (_, entry, fault) => {
    const packages = { 'node_modules/a': { version: '1.0.0', ...entry } };
    const faults = lockFaults({ packages }, { allowScripts: { b: true } }, () => undefined);
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  test('one license of a choice is enough', () => {
    expect(isAllowed('(GPL-2.0 OR MIT)')).toBe(true);
    expect(isAllowed('(MIT AND Zlib)')).toBe(true);
    expect(isAllowed('GPL-2.0 OR AGPL-3.0')).toBe(false);
  });
});
