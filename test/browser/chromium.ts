import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { findTool } from '../setup/tools.js';

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

/** Path of a Chromium or Chrome: CHROMIUM_PATH, the usual places, Playwright's own download. */
export function searchChromium(): string | undefined {
  const installed = [...places, chromium.executablePath()];
  return installed.find((place) => place && existsSync(place));
}

/** Path of a Chromium or Chrome; undefined where tests in a browser are to be skipped. */
export function findChromium(): string | undefined {
  return findTool('chromium');
}

/** A fresh browser with an empty profile. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, args: quietly });
}
