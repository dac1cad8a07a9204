import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DetectionJson } from '../../core/src/detection/json.js';
import { commandIn, expectRefusal, table } from './command.js';

const { inFolder, run } = commandIn();
writeFileSync(inFolder('metrics.csv'), table());

describe('heed fit and heed detect --model', () => {
  test('a saved detector scores the same as before saving', async () => {
    const fitted = await run([
      'fit',
      'metrics.csv',
      '--detector',
      'attention-autoencoder',
      '--option',
      'epochs=2',
      '--out',
      'model.heed',
    ]);
    expect(fitted.stderr).toMatch(
      /Trained attention-autoencoder on 800 points.*\n(.*\n)*Written: model\.heed\n$/,
    );
    expect(fitted.status).toBe(0);
    const score = async () =>
      (await run(['detect', 'metrics.csv', '--model', 'model.heed', '--format', 'json'])).stdout;
    const first = await score();
    expect((JSON.parse(first) as DetectionJson).detector).toBe('attention-autoencoder');
    expect(await score()).toBe(first);
  });

  test('feedback silences a dismissed event, by itself and in a model file', async () => {
    const events = async (...flags: string[]) =>
      (
        JSON.parse(
          (await run(['detect', 'metrics.csv', '--format', 'json', ...flags])).stdout,
        ) as DetectionJson
      ).events;
    const [worst] = await events();
    const { start, end } = worst!;
    writeFileSync(inFolder('judged.json'), JSON.stringify([{ start, end, kind: 'normal' }]));
    const judged = await events('--feedback', 'judged.json');
    expect(judged.some((event) => event.start <= end && event.end >= start)).toBe(false);
    const fit = [
      'fit',
      'metrics.csv',
      '--detector',
      'auto',
      '--feedback',
      'judged.json',
      '--out',
      'judged.heed',
    ];
    expect((await run(fit)).status).toBe(0);
    expect(await events('--model', 'judged.heed')).toEqual(judged);
    expectRefusal(
      await run(['detect', 'metrics.csv', '--feedback', 'metrics.csv']),
      1,
      /metrics\.csv: .*not JSON/,
    );
    expectRefusal(
      await run(['detect', 'metrics.csv', '--feedback', 'no.json']),
      1,
      /no\.json: there is no such file/,
    );
  });

  test('names the series that is too short to learn from, and writes no model', async () => {
    const args = ['fit', 'metrics.csv', '--detector', 'cnn', '--train', '5', '--out', 'short.heed'];
    expectRefusal(await run(args), 1, /metrics\.csv: the series has 5 points/);
    expect(existsSync(inFolder('short.heed'))).toBe(false);
  });

  test('refuses what is no model', async () => {
    expectRefusal(
      await run(['detect', 'metrics.csv', '--model', 'metrics.csv']),
      1,
      /metrics\.csv: the model file is damaged/,
    );
    expectRefusal(
      await run(['fit', 'metrics.csv', '--detector', 'rnn', '--teacher', 'metrics.csv', '--out', 'x.heed']),
      1,
      /metrics\.csv: the model file is damaged/,
    );
    expectRefusal(
      await run(['detect', 'metrics.csv', '--model', 'no.heed']),
      1,
      /no\.heed: there is no such file/,
    );
  });
});
