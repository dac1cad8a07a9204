import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of a Chromium to test with: found, or installed from Debian's packages when we are root there.
 * Otherwise undefined after one clear line; under CI=true a missing browser is a failure.
 */
export function findChromium(): string | undefined {
  const find = () => candidates.find((path): path is string => path !== undefined && existsSync(path));
  const found = find();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.error('Installing Debian’s chromium for the browser tests …');
    try {
      execFileSync('apt-get', ['update', '-q'], { stdio: 'ignore' });
      execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium'], {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    } catch {
      // Reported below together with every other reason for having none.
    }
    const installed = find();
    if (installed) return installed;
  }
  const message = 'no Chromium found: install it (Debian: apt install chromium) or name one in CHROMIUM_PATH';
  if (process.env.CI === 'true') throw new Error(message);
  console.error(`SKIPPED browser tests: ${message}`);
  return undefined;
}

/** Starts a headless Chromium with a profile of its own; `close` also removes the profile. */
export async function launchChromium(
  executablePath: string,
): Promise<{ browser: Browser; close: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'heed-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    env: { ...process.env, HOME: home } as Record<string, string>,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
