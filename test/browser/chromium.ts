import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags that keep Chromium quiet and off the network, and let it run as root in a container. */
const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let found: string | undefined;

/**
 * Path of a Chromium or Chrome: CHROMIUM_PATH, the usual places, Playwright's own download; on Debian as root it is
 * installed. Without one, tests are to be skipped with the line that is printed here; under CI=true that is an error.
 */
export function findChromium(): string | undefined {
  found ??= search();
  if (found) return found;
  const line =
    'Browser tests need Chromium and found none. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.';
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`SKIPPED: ${line}`);
  return undefined;
}

function search(): string | undefined {
  const installed = places.find((place) => place && existsSync(place));
  if (installed) return installed;
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.warn('Installing Chromium for the browser tests (apt-get install chromium)…');
    try {
      const apt = (...args: string[]) =>
        execFileSync('apt-get', args, {
          stdio: 'ignore',
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        });
      apt('update', '-qq');
      apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
    } catch {
      return undefined;
    }
    return places.find((place) => place && existsSync(place));
  }
  return undefined;
}

/** A fresh browser with an empty profile. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, args: quietly });
}
