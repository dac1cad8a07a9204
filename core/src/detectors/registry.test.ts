import { describe, expect, test } from 'vitest';
import { checkDetectorContract } from '../testing/index.js';
import { expectRefusal, expectSound } from '../testing/expect.js';
import { ContractSubject } from '../testing/subject.js';
import { describeContract } from './contract-suite.fixture.js';
import type { SeriesDetectorDefinition } from './base/types.js';
import { listDetectors } from './registry.js';
import { integer } from './base/options.js';
import { zScore } from './statistical/z-score.js';

describeContract(listDetectors().filter(({ tags }) => !tags.needsTraining));

describe('the suite finds', () => {
  const broken = async (change: Partial<SeriesDetectorDefinition>): Promise<string[]> => {
    const results = await checkDetectorContract(
      { ...zScore, id: 'broken', ...change },
      { generators: ['spike'], points: 400 },
    );
    return results.filter(({ outcome }) => outcome === 'broken').map(({ check }) => check);
  };

  test('nothing in a sound detector', async () => {
    expect(await broken({})).toEqual([]);
  });

  test('NaN scores', async () => {
    expect(
      await broken({ create: () => ({ score: async ({ time }) => ({ raw: time.map(() => NaN) }) }) }),
    ).toContain('fits and scores the generated series');
  });

  test('chance', async () => {
    let calls = 0;
    expect(
      await broken({
        create: () => ({ score: async ({ time }) => ({ raw: time.map(() => (calls += 1)) }) }),
      }),
    ).toContain('gives the same numbers for the same seed');
  });

  test('lost state, and a stream that differs', async () => {
    const found = await broken({
      tags: { ...zScore.tags, needsTraining: true, streaming: true },
      create: () => {
        let level = 0;
        return {
          fit: async ({ channels: [channel], time }) => {
            level = Math.max(...channel!.values);
            return { detector: 'broken', points: time.length, seconds: 0, parameters: 1 };
          },
          score: async ({ channels: [channel] }) => ({
            raw: channel!.values.map((value) => Math.abs(value - level) ** (level === 0 ? 2 : 1)),
          }),
          stream: async () => ({ append: async ({ time }) => ({ raw: time.map(() => 1) }) }),
        };
      },
    });
    expect(found).toContain('scores the same after save and load');
    expect(found).toContain('scores a stream as it scores the whole');
  });

  test('an undocumented option', async () => {
    expect(await broken({ options: { window: integer('', 3) } })).toEqual([
      'describes itself and its options',
    ]);
  });

  test('work that ignores the signal', async () => {
    const create = (): ReturnType<SeriesDetectorDefinition['create']> => ({
      score: async ({ time }) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { raw: time.map(() => 0) };
      },
    });
    expect(await broken({ create })).toContain('stops when cancelled');
  });

  test('refusals with another code, and events without sense', async () => {
    await expect(expectRefusal(['bad-option'], async () => 1)).rejects.toThrow('but succeeded');
    await expect(
      expectRefusal(['bad-option'], async () => {
        throw new Error('other');
      }),
    ).rejects.toThrow('other');
    const subject = new ContractSubject(zScore, {});
    const series = subject.sample();
    const detection = await (
      await subject.fitted()
    ).score(series, { events: { threshold: 'fixed', thresholdValue: 3 } });
    expect(detection.events.length).toBeGreaterThan(0);
    const event = { ...detection.events[0]!, reason: 'rose to NaN' };
    expect(() => expectSound(series, { ...detection, events: [event] })).toThrow('NaN');
  });
});
