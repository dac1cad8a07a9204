import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { utils, write } from 'xlsx';
import { parseBenchmarkName, type EvaluationReport } from '../evaluate/protocol.js';
import { evaluateFeedbackOnFiles, evaluateFiles, renderEvaluation, renderFeedback } from './evaluate.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { drawRanks } from './evaluate-report.js';
import { readSeriesFile } from '../node/files.js';
import { forgetLastFile } from './evaluate-task.js';

vi.mock('../node/files.js', async (original) => {
  const files = await original<typeof import('../node/files.js')>();
  return { ...files, readSeriesFile: vi.fn(files.readSeriesFile) };
});

const first = '001_SINE_id_1_Synthetic_tr_100_1st_300.csv';
const second = '002_SINE_id_2_Synthetic_tr_100_1st_300.csv';
const broken = '003_BROKEN_id_1_Synthetic_tr_100_1st_300.csv';
const options: EvaluateOptions = {
  detector: ['pca'],
  format: 'json',
  metric: 'VUS-PR',
  seed: 0,
  seeds: 1,
  bestPublished: 3,
  baselines: true,
  jobs: 1,
  quiet: true,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-evaluate-'));
  [first, second].forEach((name, k) => {
    const rows = Array.from({ length: 500 }, (_, t) => {
      const anomalous = t >= 300 && t < 312;
      return `${Math.sin(t / (4 + k)) + (anomalous ? 2 : 0)},${anomalous ? 1 : 0}`;
    });
    writeFileSync(join(folder, name), `value,Label\n${rows.join('\n')}\n`);
  });
  writeFileSync(join(folder, broken), 'value\n1\n2\n3\n4\n5\n6\n7\n8\n');
  writeFileSync(join(folder, 'published.tsv.txt'), `file,Sub-PCA,POLY,ts_len\n${first},0.5,0.25,500\n`);
  writeFileSync(join(folder, 'list.txt'), `file,split\n${first},a\n${second},b\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evaluate = (more: Partial<EvaluateOptions> = {}, signal?: AbortSignal): Promise<EvaluationReport> => {
  forgetLastFile();
  return evaluateFiles([folder], { ...options, ...more }, signal, () => {});
};

describe('parseBenchmarkName', () => {
  it('reads family and training prefix', () => {
    expect(parseBenchmarkName(`some/where/${first}`)).toEqual({ family: 'SINE', trainLength: 100 });
    expect(parseBenchmarkName('metrics.csv')).toEqual({ family: 'other', trainLength: 0 });
  });
});

describe('heed evaluate', () => {
  it('measures all files with the baselines beside, and counts a failure as 0', async () => {
    const report = await evaluate();
    const detectors = Object.keys(report.means);
    expect(detectors[0]).toBe('pca');
    expect(detectors).toEqual(
      expect.arrayContaining(['random', 'moving-variance', 'squared-difference', 'z-score']),
    );
    expect(report.files).toHaveLength(3 * detectors.length);
    const own = report.files.filter(({ detector }) => detector === 'pca');
    expect(own.map(({ file }) => file)).toEqual([first, second, broken]);
    expect(own[0]!.metrics['VUS-PR']).toBeGreaterThan(0.8);
    expect(own[2]!.metrics['VUS-PR']).toBe(0);
    expect(own[2]!.error?.code).toBe('labels-missing');
    expect(report.failures).toHaveLength(detectors.length);
    const [a, b] = own.map(({ metrics }) => metrics['VUS-PR']);
    expect(report.means.pca!['VUS-PR']).toBeCloseTo((a! + b!) / 3, 12);
    expect(report.families.SINE!.detectors.pca!.metrics['VUS-PR']).toBeCloseTo((a! + b!) / 2, 12);
    expect(report.overall.pca).toMatchObject({ files: 3, failures: 1 });
  });

  it('reads whatever holds series in a folder, and names what does not', async () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    const records = Array.from({ length: 400 }, (_, t) => ({
      time: new Date(Date.UTC(2026, 2, 2, 0, t)).toISOString(),
      load: Math.sin(t / 4) + (t >= 300 && t < 310 ? 2 : 0),
      is_anomaly: t >= 300 && t < 310,
    }));
    const lines = records.map((record) => JSON.stringify(record)).join('\n');
    writeFileSync(join(mixed, 'a.json.gz'), gzipSync(JSON.stringify(records)));
    writeFileSync(join(mixed, 'b.ndjson'), lines);
    const sheet = utils.book_new(utils.json_to_sheet(records), 'load');
    writeFileSync(join(mixed, 'c.xlsx'), write(sheet, { type: 'buffer', bookType: 'xlsx' }) as Uint8Array);
    writeFileSync(join(mixed, 'README.txt'), 'Loads of three servers.\n');
    writeFileSync(join(mixed, 'incidents.json'), '{"incidents":[]}');
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    forgetLastFile();
    vi.mocked(readSeriesFile).mockClear();
    const { files } = await evaluateFiles(
      [mixed],
      { ...options, baselines: false, quiet: false },
      undefined,
      () => {},
    );
    const said = told.mock.calls.map(([text]) => String(text)).join('');
    told.mockRestore();
    expect(files.map(({ file, error }) => [file, error])).toEqual(
      ['a.json.gz', 'b.ndjson', 'c.xlsx'].map((file) => [file, undefined]),
    );
    expect(new Set(files.map(({ metrics }) => metrics['VUS-PR'])).size).toBe(1);
    // Every file is read once, those that are left out too.
    expect(
      vi
        .mocked(readSeriesFile)
        .mock.calls.map(([path]) => basename(path as string))
        .sort(),
    ).toEqual(['README.txt', 'a.json.gz', 'b.ndjson', 'c.xlsx', 'incidents.json']);
    expect(said).toMatch(/Left out: README\.txt: .+\.\n/);
    expect(said).toMatch(/Left out: incidents\.json: .+\.\n/);
  });

  it('prints one JSON object, a CSV row per result, and a table with the warning', async () => {
    const report = await evaluate({ published: join(folder, 'published.tsv.txt') });
    const json = JSON.parse(renderEvaluation(report, options)) as EvaluationReport;
    expect(json.files[0]).toMatchObject({ file: first, family: 'SINE', detector: 'pca' });
    const csv = renderEvaluation(report, { ...options, format: 'csv' })
      .trim()
      .split('\n');
    expect(csv).toHaveLength(report.files.length + 1);
    const table = renderEvaluation(report, { ...options, format: 'table', out: 'file' });
    expect(table).toMatch(/SINE \(2\)/);
    expect(table).toMatch(/Sub-PCA †/);
    expect(table).toMatch(/random scores reach F1/);
    expect(table).toMatch(/agrees with the published Sub-PCA within 0.01 on \d of 1 files/);
    expect(report.published).toMatchObject({ files: 1, means: { 'Sub-PCA': 0.5, POLY: 0.25 } });
    expect(report.published!.means).not.toHaveProperty('ts_len');
    const few = renderEvaluation(report, { ...options, format: 'table', bestPublished: 0 });
    expect(few).toContain('Sub-PCA †');
    expect(few).not.toContain('POLY †');
    const ranks = drawRanks(report, ['Sub-PCA', 'POLY', 'absent'], 'VUS-PR');
    // Over the one file that is published, and the columns that have a value for it.
    expect(ranks).toContain('Mean rank over 1 files');
    expect(ranks).toMatch(/Sub-PCA †.*POLY †|POLY †.*Sub-PCA †/s);
    expect(ranks).not.toContain('absent');
    expect(drawRanks(report, ['POLY'], 'AUC-PR')).toMatch(/over 3 files(?!.*POLY)/s);
  });

  it('takes the files of one split only', async () => {
    const report = await evaluate({ list: join(folder, 'list.txt'), split: 'b', baselines: false });
    expect(report.files.map(({ file }) => file)).toEqual([second]);
  });

  it('resumes: what the file holds is not computed again', async () => {
    const resume = join(folder, 'results.jsonl');
    const before = await evaluate({ resume, baselines: false });
    const kept = readFileSync(resume, 'utf8');
    expect(kept.trim().split('\n')).toHaveLength(3);
    // Half a line, as a killed run leaves it.
    writeFileSync(resume, kept.slice(0, -40));
    const again = await evaluate({ resume, baselines: false });
    expect(again.files.map(({ metrics }) => metrics)).toEqual(before.files.map(({ metrics }) => metrics));
    expect(again.files[0]!.seconds).toBe(before.files[0]!.seconds);
    await expect(evaluate({ resume: join(folder, 'list.txt') })).rejects.toMatchObject({ code: 'bad-json' });
  });

  it('scores with several seeds, and tells how far their means lie apart', async () => {
    const report = await evaluate({
      detector: ['random'],
      baselines: false,
      seeds: 3,
      list: join(folder, 'list.txt'),
    });
    expect(report.files.map(({ file, seed }) => [file, seed])).toEqual(
      [first, second].flatMap((file) => [0, 1, 2].map((seed) => [file, seed])),
    );
    const means = [0, 1, 2].map((seed) => {
      const values = report.files
        .filter((result) => result.seed === seed)
        .map(({ metrics }) => metrics['VUS-PR']);
      return (values[0]! + values[1]!) / 2;
    });
    const center = (means[0]! + means[1]! + means[2]!) / 3;
    const { metrics, spread } = report.overall.random!;
    expect(metrics['VUS-PR']).toBeCloseTo(center, 12);
    expect(spread!['VUS-PR']).toBeCloseTo(
      Math.sqrt(means.reduce((sum, value) => sum + (value - center) ** 2, 0) / 2),
      12,
    );
    expect(spread!['VUS-PR']).toBeGreaterThan(0);
    const alone = await evaluate({
      detector: ['random'],
      baselines: false,
      seed: 2,
      list: join(folder, 'list.txt'),
    });
    expect(alone.files[1]!.metrics).toEqual(report.files[5]!.metrics);
    expect(alone.overall.random!.spread).toBeUndefined();
    expect(renderEvaluation(report, { ...options, format: 'table' })).toMatch(/random\s+\.\d{3} ± \.\d{3}/);
  });

  it('passes options on, and refuses unknown ones', async () => {
    const given = await evaluate({ baselines: false, option: { 'pca.window': '20' } });
    const standard = await evaluate({ baselines: false });
    expect(given.files[0]!.metrics['VUS-PR']).not.toBe(standard.files[0]!.metrics['VUS-PR']);
    await expect(evaluate({ option: { 'pca.windw': '20' } })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(evaluate({ detector: ['no-such'] })).rejects.toMatchObject({ code: 'unknown-detector' });
  });

  it('says what is wrong with its input, and stops when cancelled', async () => {
    await expect(evaluateFiles([join(folder, 'absent')], options, undefined, () => {})).rejects.toMatchObject(
      {
        code: 'file-unreadable',
      },
    );
    await expect(evaluate({ list: join(folder, 'published.tsv.txt'), split: 'a' })).rejects.toMatchObject({
      code: 'unknown-column',
    });
    await expect(evaluate({}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('heed evaluate --reveal and --dismiss', () => {
  /** A wave with three bumps of one kind, labeled, and one of another kind, which is not. */
  const several = '004_BUMPS_id_1_Synthetic_tr_100_1st_300.csv';
  beforeAll(() => {
    const isBump = (t: number): boolean => [300, 500, 700].some((at) => t >= at && t < at + 12);
    const rows = Array.from({ length: 900 }, (_, t) => {
      const value = Math.sin(t / 4) + (isBump(t) ? 1.2 : 0) - (t >= 600 && t < 603 ? 6 : 0);
      return `${value},${isBump(t) ? 1 : 0}`;
    });
    writeFileSync(join(folder, several), `value,Label\n${rows.join('\n')}\n`);
  });
  afterAll(() => rmSync(join(folder, several)));

  const measure = (kind: 'reveal' | 'dismiss', more: Partial<EvaluateOptions> = {}) => {
    forgetLastFile();
    return evaluateFeedbackOnFiles(
      [folder],
      { ...options, detector: ['auto'], ...more },
      { kind, events: 1, choices: 5 },
      undefined,
      () => {},
    );
  };

  it('judges the rest of the files that have something to judge', async () => {
    const resume = join(folder, 'feedback.jsonl');
    const report = await measure('reveal', { resume });
    expect(report.skipped).toEqual([first, second]);
    expect(report.failures.map(({ file, code }) => [file, code])).toEqual([[broken, 'labels-missing']]);
    const own = report.files.find(({ file }) => file === several)!;
    expect(own.choices).toBe(3);
    expect(own.before.anomalies).toBe(2);
    const { overall, families } = report.detectors.auto!;
    expect(Object.keys(families)).toEqual(['BUMPS']);
    expect(overall.files).toBe(1);
    expect(overall.gain).toBeCloseTo(own.after.metrics['VUS-PR'] - own.before.metrics['VUS-PR'], 12);
    // The unlabeled dip stands highest by itself; a confirmed bump tells what was meant.
    expect(overall.gain).toBeGreaterThan(0.01);
    expect(await measure('reveal', { resume })).toEqual(report);

    const table = renderFeedback(report, { ...options, format: 'table', out: 'file' });
    expect(table).toMatch(/BUMPS \(1\)/);
    expect(table).toMatch(/2 files have too few events/);
    const csv = renderFeedback(report, { ...options, format: 'csv' })
      .trim()
      .split('\n');
    expect(csv).toHaveLength(report.files.length + 1);
    expect(JSON.parse(renderFeedback(report, options))).toEqual(report);
  });

  it('dismisses the highest false event', async () => {
    const report = await measure('dismiss');
    const own = report.files.find(({ file }) => file === several)!;
    expect(own.choices).toBeGreaterThanOrEqual(1);
    expect(own.before.anomalies).toBe(3);
    expect(own.after.found).toBeGreaterThanOrEqual(own.before.found);
    expect(own.after.falseEvents).toBeLessThanOrEqual(own.before.falseEvents);
  });
});
