import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collect, commandIn, table } from './command.js';

const { folder, inFolder, start } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());

/** As a shell tells it: what has not ended in order in time is ended by the signal, which is 130 too. */
const ending = (child: ReturnType<typeof start>): Promise<number | null> =>
  new Promise((resolve) =>
    child.on('close', (status, signal) => resolve(signal === 'SIGINT' ? 130 : status)),
  );

describe('Ctrl+C', () => {
  test('while reading leaves nothing and exits 130', async () => {
    const child = start(['detect', '-', '--out', 'interrupted.json', '--report', 'interrupted.html']);
    const output = collect(child);
    const closed = ending(child);
    // More than pipes hold: once all of it has been taken, the command is reading.
    const rows = Array.from({ length: 100_000 }, (_, i) => `${i % 13},${i % 7}`).join('\n');
    await new Promise((resolve) => child.stdin.write(`a,b\n${rows}\n`, resolve));
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    child.stdin.destroy();
    expect(output().stderr).toMatch(/^heed: interrupted/);
    expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  test('while training leaves nothing and exits 130', async () => {
    const child = start([
      'fit',
      'metrics.csv',
      '--detector',
      'attention-autoencoder',
      '--option',
      'epochs=1000',
      '--out',
      'interrupted.heed',
    ]);
    const output = collect(child);
    const closed = ending(child);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', () => output().stderr.includes('Training: ') && resolve());
      child.on('close', () => resolve());
    });
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(output().stderr).toContain('heed: interrupted');
    expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  test('while evaluating keeps the results that are finished and writes no report', async () => {
    const long = ['--option', 'attention-autoencoder.epochs=10000'];
    const detectors = ['-d', 'z-score,attention-autoencoder', '--no-baselines', '--jobs', '2', ...long];
    const files = ['--resume', 'kept.jsonl', '--out', 'interrupted.json'];
    const child = start(['evaluate', 'metrics.csv', ...detectors, ...files]);
    const output = collect(child);
    const closed = ending(child);
    const kept = () =>
      existsSync(inFolder('kept.jsonl')) ? readFileSync(inFolder('kept.jsonl'), 'utf8') : '';
    await expect.poll(kept, { timeout: 60_000 }).toMatch(/\n$/);
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    expect(output().stderr.match(/heed: interrupted/g)).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual([]);
    expect(kept().trim().split('\n')).toHaveLength(1);
  });
});
