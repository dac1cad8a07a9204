import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandIn, expectRefusal, table } from './command.js';

const { inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());
const nodes = ['a', 'b', 'c'].map((id, i) => ({ id, features: [i], label: i === 2 ? 1 : 0 }));
const edges = [{ source: 'a', target: 'b' }];
writeFileSync(inFolder('graph.json'), JSON.stringify({ nodes, edges }));

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
    [['detect', 'metrics.csv', '--threshold-value', '3'], /--threshold too/],
    [['detect', 'metrics.csv', '--out', 'same.html', '--report', 'same.html'], /name the same file/],
    [['detect'], /no input/],
    [['evaluate', 'metrics.csv', '--option', 'window=8'], /"window" names none of the detectors.*auto/],
    [['evaluate', 'graph.json', '--reveal', '1'], /--reveal does not concern graphs/],
    [['evaluate', 'graph.json', '--option', 'epochs=1'], /"epochs" names none.*graph-attention/],
    [['detect', 'graph.json', '--feedback', 'judged.json'], /--feedback does not concern graphs/],
    [['bench', '--case', 'toString'], /no case "toString"/],
    [['notebook', '--port', '99999', '--dry-run'], /from 0 to 65535/],
    [['serve', '--config', 'heed.yaml', '--port', '80'], /--port does nothing beside --config/],
    [['frobnicate'], /unknown command/],
    [['fit', 'metrics.csv'], /--out/],
    [['fit', 'metrics.csv', '--out', 'model.heed'], /--detector ID/],
    [
      ['fit', 'metrics.csv', '--from', 'm', '--feedback', 'f', '--out', 'm'],
      /--feedback does not concern --from/,
    ],
  ])('%j exits 2', async (args, message) => {
    expectRefusal(await run(args), 2, message);
  });

  test('heed alone prints its help and exits 2', async () => {
    const { status, stderr } = await run([]);
    expect(status).toBe(2);
    expect(stderr).toContain('heed detect metrics.csv');
  });
});
