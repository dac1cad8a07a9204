import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

/** Of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The built command. */
export const heed = join(root, 'core/bin/heed.js');
if (!existsSync(join(root, 'core/dist/esm/cli/main.js')))
  throw new Error('core is not built: run npm run build');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of a test file's own, removed after its tests, and the command run in it. */
export function commandIn(folder = mkdtempSync(join(tmpdir(), 'heed-cli-'))) {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts the command as a user's shell would, with its output piped. */
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams => {
    const { FORCE_COLOR: _color, CI: _ci, ...inherited } = process.env;
    return spawn(process.execPath, [heed, ...args], { cwd: folder, env: { ...inherited, ...env } });
  };

  /** Runs it to its end. */
  const run = (
    args: readonly string[],
    options: { input?: string | Buffer; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Outcome> =>
    new Promise((resolve) => {
      const child = start(args, options.env);
      const output = collect(child);
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
      child.on('close', (status) => resolve({ status, ...output() }));
    });

  return { folder, inFolder: (name: string) => join(folder, name), start, run };
}

/** What a child has printed so far. */
export function collect(child: ChildProcessWithoutNullStreams): () => { stdout: string; stderr: string } {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return () => ({ stdout, stderr });
}

/** One line on stderr that begins with `heed: `, nothing on stdout, no stack. */
export function expectRefusal(outcome: Outcome, status: number, message: RegExp): void {
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^heed: .+\n$/);
  expect(outcome.stderr).not.toMatch(/\n.*\n|\bat .+:\d+:\d+/);
  expect(outcome.stdout).toBe('');
  expect(outcome.status).toBe(status);
}

/** 800 minutes of a wave with noise; errors jump for twenty of them. */
export function table(columns: { time?: boolean; label?: 'none' | 'true' | 'inverted' } = {}): string {
  const { time = true, label = 'true' } = columns;
  let state = 5;
  const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  const lines = [
    [...(time ? ['time'] : []), 'requests', 'errors', ...(label === 'none' ? [] : ['Label'])].join(','),
  ];
  for (let t = 0; t < 800; t++) {
    const anomalous = t >= 500 && t < 520;
    const requests = 1000 + 400 * Math.sin((2 * Math.PI * t) / 100) + 20 * noise();
    const errors = 5 + noise() + (anomalous ? 60 : 0);
    const cells = [requests.toFixed(2), errors.toFixed(3)];
    if (time) cells.unshift(new Date(Date.UTC(2026, 4, 12) + t * 60_000).toISOString());
    if (label !== 'none') cells.push(anomalous === (label === 'true') ? '1' : '0');
    lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}
