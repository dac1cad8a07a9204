import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EvaluationReport } from '../../core/src/evaluate/protocol.js';
import { commandIn, expectRefusal, table } from './command.js';

const { inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());
writeFileSync(inFolder('unlabeled.csv'), table({ label: 'none' }));
writeFileSync(inFolder('truth.csv'), table().replace('Label', 'truth'));
writeFileSync(inFolder('calm.csv'), table().replaceAll(/,1$/gm, ',0'));
mkdirSync(inFolder('folder'));
const quick = ['-d', 'z-score', '--no-baselines', '--quiet'];

describe('heed evaluate', () => {
  test('measures a labeled file', async () => {
    const { status, stdout } = await run(['evaluate', 'metrics.csv', ...quick, '--format', 'json']);
    expect(status).toBe(0);
    const { files } = JSON.parse(stdout) as EvaluationReport;
    expect(files.map(({ file, detector }) => [file, detector])).toEqual([['metrics.csv', 'z-score']]);
    expect(files[0]!.metrics['VUS-PR']).toBeGreaterThan(0.5);
  });

  test('takes the labels from the column that is named, and does not detect by them', async () => {
    const report = async (...args: string[]) =>
      JSON.parse((await run(['evaluate', ...args, ...quick, '--format', 'json'])).stdout) as EvaluationReport;
    const named = await report('truth.csv', '--label', 'truth');
    expect(named.files[0]!.metrics).toEqual((await report('metrics.csv')).files[0]!.metrics);
    expect(named.files[0]!.channels).toBe(2);
  });

  test.each<[string[], RegExp]>([
    [['unlabeled.csv'], /unlabeled\.csv: there is no column named label, is_anomaly or anomaly.*--label/],
    [['metrics.csv', 'unlabeled.csv', '--jobs', '1'], /unlabeled\.csv: there is no column named label/],
    [['metrics.csv', 'unlabeled.csv', '--jobs', '2'], /unlabeled\.csv: there is no column named label/],
    [['metrics.csv', '--label', 'truth'], /metrics\.csv, line 1: there is no column "truth"/],
    [['calm.csv'], /calm\.csv: none of the 800 rows is labeled anomalous/],
    [['nowhere.csv'], /nowhere\.csv: there is no such file/],
    [['folder'], /folder: the folder holds no file that may be read/],
    [['unlabeled.csv', '--out', 'folder'], /folder: the output cannot be written: it is a folder/],
    [['unlabeled.csv', '--resume', 'missing/results.jsonl'], /results\.jsonl: the results cannot be kept/],
  ])('refuses %j', async (args, message) => {
    expectRefusal(await run(['evaluate', ...args, ...quick]), 1, message);
  });

  test('refuses a folder in which nothing can be judged, and counts such a file among others 0', async () => {
    mkdirSync(inFolder('logs'));
    writeFileSync(inFolder('logs/a.csv'), table({ label: 'none' }));
    writeFileSync(inFolder('logs/b.csv'), 'time,a\n');
    expectRefusal(
      await run(['evaluate', 'logs', ...quick]),
      1,
      /z-score on a\.csv: all 2 runs failed, the first because logs\/a\.csv: there is no column named label/,
    );
    writeFileSync(inFolder('logs/c.csv'), table());
    const { status, stdout } = await run(['evaluate', 'logs', ...quick]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/2 failed/);
  });

  test('its help says the default in words', async () => {
    const { stdout } = await run(['evaluate', '--help']);
    expect(stdout.replace(/\s+/g, ' ')).toContain('separated by commas (default: auto)');
    expect(stdout).not.toMatch(/\[\]|undefined|\[object/);
  });
});
