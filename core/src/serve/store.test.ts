import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openStore } from './store.js';

const folder = mkdtempSync(join(tmpdir(), 'heed-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a state folder', () => {
  test('is made with the folders above it, and opened again', async () => {
    const path = join(folder, 'a/b/state');
    for (let time = 0; time < 2; time++) await openStore(path).close();
  });

  test('that is a file, or below one, is refused by its name', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openStore(join(file, 'state'))).toThrow(
      /the state folder .*file\/state cannot be used: .*ENOTDIR/,
    );
  });

  test.runIf(process.platform === 'linux')('below /proc is refused, and does not hang', () => {
    expect(() => openStore('/proc/none/state')).toThrow(
      /the state folder \/proc\/none\/state cannot be used/,
    );
  });
});
