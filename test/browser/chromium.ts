import { chromium, type Browser } from 'playwright-core';
import { findTool } from '../setup/tools.js';

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
