import { Breather } from '../backend/yield.js';
import { findPeriodTsbAd, quantile } from '../preprocess/index.js';
import type { Series } from '../series/series.js';
import type { DetectorDefinition, RawDetector, RawScores, RunOptions } from './contract.js';
import { scoreByForecast } from './heads/forecast.js';
import { scoreByMemory } from './heads/memory.js';
import { standardizeSeries } from './heads/standardize.js';
import { defaultMemoryWindow, thinningNotes } from './memory-attention.js';

/** Options of `auto`: it has none that need setting. */
export interface AutoOptions {
  /** Most pairs of windows × channels that memory attention compares. */
  readonly budget: number;
  readonly [option: string]: unknown;
}

/** The default detector: fuses heads that need no training into one score. */
export const auto: DetectorDefinition<AutoOptions> = {
  id: 'auto',
  summary: 'The default: several training-free heads fused into one score; no settings.',
  document: 'Heed',
  tags: {
    needsTraining: false,
    supervised: false,
    multivariate: true,
    streaming: false,
    input: 'series',
    minPoints: 16,
    explains: true,
  },
  defaults: { budget: 5e7 },
  options: {
    budget: {
      type: 'number',
      min: 1e4,
      summary: 'Most pairs of windows × channels compared; a longer history is averaged in blocks',
    },
  },
  create: (options) => new Auto(options),
};

class Auto implements RawDetector {
  constructor(private readonly options: AutoOptions) {}

  async score(series: Series, run: RunOptions): Promise<RawScores> {
    const input = standardizeSeries(series);
    const n = input.points;
    const breather = new Breather(run.signal);
    const period = Math.min(findPeriodTsbAd(input.channels[0]!), Math.max(4, Math.floor(n / 8)));
    const memory = await scoreByMemory(
      input,
      {
        window: defaultMemoryWindow(n),
        normalization: 'none',
        temperature: 0.1,
        keys: 6,
        budget: this.options.budget,
      },
      breather,
      (done) => run.onProgress?.({ phase: 'score', done: 0.8 * done }),
    );
    const forecast = scoreByForecast(input, 64, period);
    await breather.breathe();
    run.onProgress?.({ phase: 'score', done: 1 });

    const heads = [
      { name: 'memory', scores: memory },
      { name: 'forecast', scores: forecast },
    ];
    const raw = new Float64Array(n);
    const contributions = input.channels.map(() => new Float64Array(n));
    for (const { scores } of heads) {
      // What nine points in ten stay below is the head's unit.
      const unit = quantile(scores.raw, 0.9) || 1;
      for (let t = 0; t < n; t++) raw[t] = raw[t]! + scores.raw[t]! / unit / heads.length;
      scores.contributions.forEach((own, c) => {
        const sum = contributions[c]!;
        for (let t = 0; t < n; t++) sum[t] = sum[t]! + own[t]! / unit / heads.length;
      });
    }
    return {
      raw,
      contributions,
      expected: memory.expected.map((own, c) => own.map((value) => value * input.std[c]! + input.mean[c]!)),
      spread: memory.spread.map((own, c) => own.map((value) => value * input.std[c]!)),
      attend: memory.attend,
      notes: thinningNotes([memory]),
      heads: heads.map(({ name }) => ({ name, weight: 1 / heads.length })),
    };
  }
}
