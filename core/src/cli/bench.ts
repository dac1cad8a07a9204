import type { Command } from 'commander';
import { HeedError, throwIfAborted } from '../errors.js';
import { autoContestants, refreshContestants } from './bench/detection.js';
import { measure, type Absent, type BenchResult, type Contestant } from './bench/harness.js';
import { readingTables, readingTime } from './bench/reading.js';
import { growth, machine, markdown, table } from './bench/report.js';
import { interruption } from './interrupt.js';
import { checkOutput, writeOutput } from './output.js';
import { fleet, type FleetSize } from './bench/fleet.js';
import { bundleSizes, peakMemory, startupTimes } from './bench/size.js';
import {
  attentionContestants,
  attentionOperations,
  loadTensors,
  productContestants,
  productOperations,
  type Tensors,
} from './bench/tensors.js';
import { trainStepContestants } from './bench/train-step.js';
import { names, wholeNumberIn } from './values.js';

interface BenchOptions {
  readonly case?: string[];
  readonly rounds: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly out?: string;
}

interface Runner {
  readonly summary: string;
  run(context: Context): Promise<BenchResult[]>;
}

interface Context {
  readonly signal: AbortSignal | undefined;
  /** Tells of a peer, or a case, that could not take part. */
  readonly leaveOut: (absent: Absent) => void;
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
      'one training step of self-attention: 64 windows of 64 points in 8 channels, width 64, 2 attentions',
    run: async ({ compare, rounds, tensors }) =>
      compare('train-step', await trainStepContestants(await tensors()), Math.min(rounds, 7)),
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
  ...Object.fromEntries(
    Object.entries(readingTables).map(([name, { rows, head, channels }]) => [
      name,
      {
        summary: `reading a CSV of ${rows.toLocaleString('en')} rows (${head}) as ${channels.toLocaleString('en')} channels`,
        run: async ({ rounds, signal }: Context) => readingTime(name, Math.min(rounds, 3), signal),
      },
    ]),
  ),
  memory: { summary: 'peak memory of 500 series × 1,000 points', run: async () => peakMemory() },
  ...Object.fromEntries(
    (
      [
        ['fleet-1k', { series: 1000, step: 5, rounds: 12 }],
        ['fleet-10k', { series: 10_000, step: 15, rounds: 8 }],
        ['fleet-100k', { series: 100_000, step: 60, rounds: 4 }],
        ['fleet-redis-3k', { series: 3000, step: 10, rounds: 6 }],
      ] as [string, FleetSize][]
    ).map(([name, size]) => [
      name,
      {
        summary: `heed serve behind a real Prometheus${name.includes('redis') ? ', one to three processes on Redis' : ''}: a round of ${size.series.toLocaleString('en')} series`,
        run: async ({ signal, leaveOut }: Context) => {
          const run = name.includes('redis') ? (await import('./bench/fleet-redis.js')).fleetOnRedis : fleet;
          const results = await run(name, size, signal);
          if (!('absent' in results)) return results;
          leaveOut(results);
          return [];
        },
      },
    ]),
  ),
  startup: { summary: 'process start to the first detection', run: async () => startupTimes(5) },
};

/** `heed bench`: Heed beside its peers, in one process, round by round. */
export function benchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure Heed beside its peers, in turn, and print medians and ratios')
    .option('--case <names>', 'cases to run, separated by commas (default: all)', names)
    .option('--rounds <n>', 'rounds per case', wholeNumberIn(1, 1000), 11)
    .option('--json', 'print one JSON object')
    .option('--markdown', 'print the table as Markdown, as BENCHMARKS.md has it')
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

async function bench(options: BenchOptions): Promise<void> {
  const chosen = options.case ?? Object.keys(cases);
  const unknown = chosen.find((name) => !Object.hasOwn(cases, name));
  if (unknown !== undefined) {
    throw new HeedError(
      'bad-option',
      `there is no case "${unknown}"`,
      `Cases: ${Object.keys(cases).join(', ')}.`,
    );
  }
  await checkOutput(options.out);
  const signal = interruption.begin();
  let tensors: Promise<Tensors> | undefined;
  const absent = new Map<string, string>();
  const context: Context = {
    rounds: options.rounds,
    signal,
    leaveOut: ({ implementation, absent: reason }) => absent.set(implementation, reason),
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
  for (const name of chosen) {
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
  if (options.out !== undefined) await writeOutput(options.out, json, signal);
  if (options.json) process.stdout.write(json);
  else if (options.markdown) {
    const command = `heed bench${options.case ? ` --case ${chosen.join(',')}` : ''} --rounds ${options.rounds}`;
    const missing = [...absent].map(([implementation, reason]) => ({ implementation, absent: reason }));
    process.stdout.write(markdown(command, results, missing));
  } else process.stdout.write(`${machine()}\n${table(results)}\n${growth(results)}`);
  for (const [implementation, reason] of absent)
    process.stderr.write(`without ${implementation}: ${reason}\n`);
}
