/** Files that are no files, disks that are full, outputs that are inputs, and users who do not wait. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { collect, commandIn, expectRefusal, heed, root, table } from './command.js';

const { folder, inFolder, start, run } = commandIn();
const metrics = table();
writeFileSync(inFolder('metrics.csv'), metrics);
const pipe = (name: string) => {
  execFileSync('mkfifo', [inFolder(name)]);
  return inFolder(name);
};

/** How a child ended, as a shell tells it: a signal is 128 and its number. */
const ending = (child: ReturnType<typeof start>): Promise<number> =>
  new Promise((resolve) =>
    child.on('close', (status, signal) =>
      resolve(status ?? { SIGINT: 130, SIGTERM: 143 }[signal as 'SIGINT']!),
    ),
  );

/** Once a child has opened the pipe for reading, or has had the time to wait for a reader. */
async function waiting(pid: number, reading: boolean): Promise<void> {
  if (!reading) return void (await new Promise((resolve) => setTimeout(resolve, 4000)));
  const opened = () =>
    readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith('/silent');
      } catch {
        return false;
      }
    });
  await expect.poll(opened, { timeout: 30_000, interval: 20 }).toBe(true);
}

describe.skipIf(process.platform !== 'linux')('a pipe that nobody writes to', () => {
  test.each([
    [['detect', 'silent'], 'SIGTERM', 143],
    [['detect', 'metrics.csv', '--feedback', 'silent'], 'SIGINT', 130],
    [['detect', 'metrics.csv', '--model', 'silent'], 'SIGTERM', 143],
    [['detect', 'metrics.csv', '--nodes', 'silent'], 'SIGTERM', 143],
    [['detect', 'metrics.csv', '--out', 'silent', '--format', 'json'], 'SIGTERM', 143],
  ] as const)('%s ends on a signal', async (args, signal, status) => {
    if (!readdirSync(folder).includes('silent')) pipe('silent');
    const child = start([...args, '--quiet']);
    const output = collect(child);
    const ended = ending(child);
    await waiting(child.pid!, !(args as readonly string[]).includes('--out'));
    child.kill(signal);
    expect(await ended).toBe(status);
    expect(output().stderr).toBe('heed: interrupted; nothing was written.\n');
  });

  test('and pipes that are written to and read', async () => {
    const [from, to] = [pipe('from'), pipe('to')];
    const answer = run(['detect', 'from', '--out', 'to', '--format', 'csv', '--quiet']);
    writeFileSync(from, metrics);
    const written = await text(createReadStream(to));
    expect(await answer).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(written.split('\n')).toHaveLength(802);
  });
});

test.skipIf(process.platform !== 'linux').each([
  ['', 'interruption.atOnce(async () => {', '})'],
  [
    ', also from where it says so',
    "interruption.following(() => {}, async (tell) => { tell({ phase: 'decide', done: 0 });",
    '})',
  ],
])('work that holds the thread ends on a signal%s', async (_, begin, end) => {
  const module = join(root, 'core/dist/esm/cli/interrupt.js');
  const script = `import { interruption } from ${JSON.stringify(module)};
    import { writeSync } from 'node:fs';
    interruption.begin();
    await ${begin} writeSync(1, 'drawing'); for (;;) {} ${end};`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  child.kill('SIGTERM');
  expect(await ended).toBe('SIGTERM');
});

describe.skipIf(process.platform !== 'linux')('a full disk', () => {
  test.each([['table'], ['json'], ['csv'], ['html']])('behind standard output: %s', async (format) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [heed, 'detect', 'metrics.csv', '--quiet', '--format', format], {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    const [stderr, status] = await Promise.all([
      text(child.stderr!),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    expect(stderr).toMatch(/^heed: \(standard output\): .*the disk is full\. .*\n$/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  test('behind a file', async () => {
    const outcome = await run(['detect', 'metrics.csv', '--quiet', '--out', '/dev/full']);
    expectRefusal(outcome, 1, /\/dev\/full: the output cannot be written: the disk is full/);
  });
});

describe('an output', () => {
  test.each([
    ['the file', ['detect', 'metrics.csv', '--out', 'metrics.csv']],
    ['under another name', ['detect', './metrics.csv', '--out', 'link.csv']],
    ['the report', ['detect', 'metrics.csv', '--report', 'link.csv']],
    ['standard input', ['detect', '-', '--out', 'metrics.csv']],
    ['of training', ['fit', 'metrics.csv', '--detector', 'z-score', '--out', 'metrics.csv']],
    ['of an evaluation', ['evaluate', 'metrics.csv', '-d', 'z-score', '--out', 'metrics.csv']],
    ['a diagram', ['evaluate', 'metrics.csv', '-d', 'z-score', '--diagram', 'link.csv']],
  ])('that is an input is refused: %s', async (_, args) => {
    if (!readdirSync(folder).includes('link.csv')) symlinkSync('metrics.csv', inFolder('link.csv'));
    const input = openSync(inFolder('metrics.csv'), 'r');
    const child = spawn(process.execPath, [heed, ...args], {
      cwd: folder,
      stdio: [input, 'pipe', 'pipe'],
    });
    closeSync(input);
    const status = new Promise((resolve) => child.on('close', resolve));
    expect(await text(child.stderr!)).toMatch(/^heed: \S+ is an input and would be overwritten\. .*\n$/);
    expect(await status).toBe(2);
    expect(readFileSync(inFolder('metrics.csv'), 'utf8')).toBe(metrics);
  });

  test('that is a link is written where it leads', async () => {
    writeFileSync(inFolder('real.json'), 'old');
    symlinkSync('real.json', inFolder('linked.json'));
    expect((await run(['detect', 'metrics.csv', '--quiet', '--out', 'linked.json'])).status).toBe(0);
    expect(lstatSync(inFolder('linked.json')).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(inFolder('real.json'), 'utf8'))).toHaveProperty('events');
  });

  test('of two processes at once is that of one of them, whole', async () => {
    const runs = ['json', 'json', 'json'].map(() =>
      run(['detect', 'metrics.csv', '--quiet', '--out', 'shared.json']),
    );
    for (const { status, stderr } of await Promise.all(runs)) expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(inFolder('shared.json'), 'utf8'))).toHaveProperty('events');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('and --report must not meet under two names', async () => {
    const outcome = await run(['detect', 'metrics.csv', '--out', 'both.html', '--report', './both.html']);
    expectRefusal(outcome, 2, /--out and --report name the same file/);
  });
});

test.each([['--model'], ['--feedback'], ['--nodes']])(
  'a file of 2 GB where a small one belongs is refused unread: %s',
  async (flag) => {
    writeFileSync(inFolder('sparse'), '');
    truncateSync(inFolder('sparse'), 2 ** 31 + 1);
    const outcome = await run(['detect', 'metrics.csv', '--quiet', flag, 'sparse']);
    expectRefusal(outcome, 1, /sparse: this is larger than the 256 MB/);
  },
);

test('a file of 2 GB of zeros is refused', async () => {
  writeFileSync(inFolder('zeros.csv'), '');
  truncateSync(inFolder('zeros.csv'), 2 ** 31 + 1);
  expectRefusal(await run(['detect', 'zeros.csv', '--quiet']), 1, /zeros\.csv/);
});

test('a pipe closed by its reader is no failure', async () => {
  const child = start(['detect', 'metrics.csv', '--quiet', '--format', 'csv']);
  const output = collect(child);
  child.stdout.destroy();
  expect(await ending(child)).toBe(0);
  expect(output().stderr).toBe('');
});
