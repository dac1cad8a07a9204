import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandIn, expectRefusal, table } from './command.js';

const { inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());

describe('wrong usage', () => {
  test.each<[string[], RegExp]>([
    [['detect', 'metrics.csv', '--detector', 'nope'], /no detector "nope".*auto/],
    [['detect', 'metrics.csv', '--nope'], /unknown option '--nope'/],
    [['detect', 'metrics.csv', '--sensitivity', '101'], /from 0 to 100/],
    [['detect', 'metrics.csv', '--format', 'xml'], /json/],
    [['detect', 'metrics.csv', '--option', 'nonsense=1'], /no option "nonsense"/],
    [['detect', 'metrics.csv', '--option', 'nonsense'], /NAME=VALUE/],
    [['detect', 'metrics.csv', '--train', '5000'], /5000.*800/],
    [['detect', 'metrics.csv', '--exclude', 'sometimes'], /ISO 8601/],
    [['detect', 'metrics.csv', '--time-zone', 'Mars'], /Europe\/Berlin/],
    [['detect', 'metrics.csv', '--query', 'up'], /--prometheus/],
    [['detect', 'metrics.csv', '--model', 'm', '--detector', 'auto'], /--model/],
    [['detect'], /no input/],
    [['frobnicate'], /unknown command/],
    [['fit', 'metrics.csv'], /--out/],
    [['fit', 'metrics.csv', '--out', 'model.heed'], /--detector ID/],
  ])('%j exits 2', async (args, message) => {
    expectRefusal(await run(args), 2, message);
  });

  test('heed alone prints its help and exits 2', async () => {
    const { status, stderr } = await run([]);
    expect(status).toBe(2);
    expect(stderr).toContain('heed detect metrics.csv');
  });
});
