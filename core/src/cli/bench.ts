import { writeFileSync } from 'node:fs';
import { cpus, totalmem, type CpuInfo } from 'node:os';
import Table from 'cli-table3';
import { InvalidArgumentError, type Command } from 'commander';
import { HeedError, throwIfAborted } from '../errors.js';
import { autoContestants, refreshContestants } from './bench/detection.js';
import { measure, type Absent, type BenchResult, type Contestant } from './bench/harness.js';
import { interruption } from './interrupt.js';
import { bundleSizes, peakMemory, startupTimes } from './bench/size.js';
import {
  attentionContestants,
  attentionOperations,
  layerContestants,
  loadTensors,
  productContestants,
  productOperations,
  type Tensors,
} from './bench/tensors.js';

interface BenchOptions {
  readonly case?: string[];
  readonly rounds: number;
  readonly json?: boolean;
  readonly out?: string;
}

interface Runner {
  readonly summary: string;
  run(context: Context): Promise<BenchResult[]>;
}

interface Context {
  readonly rounds: number;
  /** Loaded by the first case that needs it. */
  tensors(): Promise<Tensors>;
  compare(
    name: string,
    list: readonly (Contestant | Absent)[],
    rounds: number,
    operations?: number,
  ): Promise<BenchResult[]>;
}

/** The cases in the order of the table. */
const cases: Readonly<Record<string, Runner>> = {
  'attention-product': {
    summary: 'Q·Kᵀ, 256 products of 64 × 32 by 32 × 64',
    run: async ({ compare, rounds, tensors }) =>
      compare('attention-product', await productContestants(await tensors()), rounds, productOperations),
  },
  'attention-forward': {
    summary: 'softmax(Q·Kᵀ/√k)·V, 256 heads of 64 positions, depth 16',
    run: async ({ compare, rounds, tensors }) =>
      compare('attention-forward', await attentionContestants(await tensors()), rounds, attentionOperations),
  },
  'train-step': {
    summary:
      'forward, backward and one Adam step of a transformer layer (batch 64, 64 positions, width 64, 4 heads)',
    run: async ({ compare, rounds, tensors }) =>
      compare('train-step', await layerContestants(await tensors()), Math.min(rounds, 7)),
  },
  ...Object.fromEntries(
    [1, 10, 50, 100, 500].map((series) => [
      `auto-${series}x1000`,
      {
        summary: `the default detector on ${series} series of 1,000 points, one core`,
        run: async ({ compare, rounds }: Context) =>
          compare(
            `auto-${series}x1000`,
            await autoContestants(series, 1000),
            series < 50 ? rounds : Math.min(rounds, 5),
          ),
      },
    ]),
  ),
  ...Object.fromEntries(
    [1024, 4096, 16384, 65536, 131072].map((points) => [
      `auto-${points}`,
      {
        summary: `the default detector on one series of ${points.toLocaleString('en')} points`,
        run: async ({ compare, rounds }: Context) =>
          compare(
            `auto-${points}`,
            await autoContestants(1, points),
            points > 20_000 ? 3 : Math.min(rounds, 7),
          ),
      },
    ]),
  ),
  'refresh-10000': {
    summary: 'one new point after 10,000',
    run: async ({ compare, rounds }) => compare('refresh-10000', await refreshContestants(10_000), rounds),
  },
  'bundle-gz': {
    summary: 'bytes a page loads before its first detection, gzipped',
    run: () => bundleSizes(),
  },
  memory: { summary: 'peak memory of 500 series × 1,000 points', run: async () => peakMemory() },
  startup: { summary: 'process start to the first detection', run: async () => startupTimes(5) },
};

/** `heed bench`: Heed beside its peers, in one process, round by round. */
export function benchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure Heed beside its peers, in turn, and print medians and ratios')
    .option('--case <names>', 'cases to run, separated by commas (default: all)', (text: string) =>
      text.split(','),
    )
    .option('--rounds <n>', 'rounds per case', rounds, 11)
    .option('--json', 'print one JSON object')
    .option('--out <file>', 'write the JSON there too')
    .addHelpText(
      'after',
      `\nCases:\n${Object.entries(cases)
        .map(([name, { summary }]) => `  ${name.padEnd(20)}${summary}`)
        .join(
          '\n',
        )}\n\nratio = theirs over ours: above 1 where Heed is faster. Peers that are not installed are named.`,
    )
    .action(bench);
}

function rounds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new InvalidArgumentError('Give a whole number from 1 to 1000.');
  }
  return value;
}

async function bench(options: BenchOptions): Promise<void> {
  const names = options.case ?? Object.keys(cases);
  const unknown = names.find((name) => !(name in cases));
  if (unknown !== undefined) {
    throw new HeedError(
      'bad-option',
      `there is no case "${unknown}"`,
      `Cases: ${Object.keys(cases).join(', ')}.`,
    );
  }
  const signal = interruption.begin();
  let tensors: Promise<Tensors> | undefined;
  const absent = new Map<string, string>();
  const context: Context = {
    rounds: options.rounds,
    tensors: () => (tensors ??= loadTensors()),
    compare: (name, list, count, operations) => {
      for (const one of list) if ('absent' in one) absent.set(one.implementation, one.absent);
      const here = list.filter((one): one is Contestant => 'run' in one);
      return measure(name, here, {
        rounds: count,
        signal,
        onFailure: (implementation, error) =>
          absent.set(`${implementation} in ${name}`, error instanceof Error ? error.message : String(error)),
        ...(operations === undefined ? {} : { operations }),
      });
    },
  };
  const results: BenchResult[] = [];
  for (const name of names) {
    throwIfAborted(signal);
    process.stderr.write(`${name}: ${cases[name]!.summary} …\n`);
    results.push(...(await cases[name]!.run(context)));
  }
  const answer = {
    machine: machine(),
    results,
    absent: [...absent].map(([implementation, reason]) => ({ implementation, reason })),
  };
  const json = `${JSON.stringify(answer, null, 2)}\n`;
  if (options.out !== undefined) writeFileSync(options.out, json);
  if (options.json) process.stdout.write(json);
  else process.stdout.write(`${machine()}\n${table(results)}\n${growth(results)}`);
  for (const [implementation, reason] of absent)
    process.stderr.write(`without ${implementation}: ${reason}\n`);
}

function machine(): string {
  const list = cpus();
  const model = (list[0] as CpuInfo | undefined)?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${list.length} × ${model}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function table(results: readonly BenchResult[]): string {
  const drawn = new Table({
    head: ['case', 'implementation', 'median', '10–90 %', 'ratio', 'rounds', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  let last = '';
  for (const one of results) {
    const timed = one.median_ms > 0;
    drawn.push([
      one.case === last ? '' : one.case,
      one.implementation,
      timed ? milliseconds(one.median_ms) : quantity(one),
      timed ? `${milliseconds(one.p10_ms)}–${milliseconds(one.p90_ms)}` : '',
      one.ratio_to_heed === null ? '' : one.ratio_to_heed.toFixed(2),
      String(one.rounds),
      [timed && one.quantity ? quantity(one) : '', one.note ?? ''].filter(Boolean).join('; '),
    ]);
    last = one.case;
  }
  return drawn.toString();
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`;
}

function quantity({ quantity }: BenchResult): string {
  if (!quantity) return '';
  if (quantity.unit !== 'bytes') return `${quantity.value.toPrecision(3)} ${quantity.unit}`;
  return quantity.value > 1e6
    ? `${(quantity.value / 1e6).toFixed(0)} MB`
    : `${(quantity.value / 1e3).toFixed(1)} kB`;
}

/** How the default detector's time grows with n, as the exponent of a power law through the cases that ran. */
function growth(results: readonly BenchResult[]): string {
  const points = results.flatMap((one) => {
    const match = /^auto-(\d+)$/.exec(one.case);
    return match && one.implementation === 'heed'
      ? [[Math.log(Number(match[1])), Math.log(one.median_ms)] as const]
      : [];
  });
  if (points.length < 3) return '';
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return `auto grows as n^${slope.toFixed(2)} from ${points.length} lengths\n`;
}
