import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Option, type Command } from 'commander';
import { HeedError, isHeedError, throwIfAborted } from '../errors.js';
import { formatNumber, humanDuration, printJson } from '../format.js';
import { backtestBudgets, neighboringBudgets, type Backtest } from '../live/backtest.js';
import { parseBudget } from '../live/threshold.js';
import type { LiveIncident } from '../live/types.js';
import { plotDetection } from '../plot/detection.js';
import type { ReadResult } from '../series/index.js';
import type { Series } from '../series/series.js';
import { alertRules } from '../live/alert-rules.js';
import { wideTable } from './evaluate-report.js';
import { readableFiles } from './folder.js';
import { addInputOptions, readInput, tellNotes, type InputOptions } from './input.js';
import { interruption } from './interrupt.js';
import { checkOutput, print, writeOutput } from './output.js';
import { wrapText } from './table.js';
import { colorsFor, printable, ProgressDisplay, tell, terminalWidth } from './terminal.js';
import { numberIn, wholeNumberIn } from './values.js';

const formats = ['table', 'json', 'svg', 'rules', 'grafana-rules'] as const;

interface BacktestFlags extends InputOptions {
  readonly budget: string;
  readonly sensitivity?: number;
  readonly history?: number;
  readonly together?: boolean;
  readonly format?: (typeof formats)[number];
  readonly out?: string;
  readonly timeZone: string;
  readonly maxIncidents: number;
}

/** One series, and what alerting on it would have been like. */
interface Tested {
  readonly name: string;
  readonly series: Series;
  readonly result: Backtest;
  /** Pages by budget, tighter to wider. */
  readonly neighbors: readonly { readonly budget: string; readonly result: Backtest }[];
}

/** `heed backtest`: the pages that the past would have brought. */
export function backtestCommand(program: Command): void {
  const command = program
    .command('backtest')
    .description(
      'replay a file, a folder or a Prometheus range through the monitor: the pages it would have sent',
    );
  addInputOptions(command);
  command
    .optionsGroup('Alerting:')
    .option('--budget <n/time>', 'most false incidents per series: 1/week, 3/day, 1/month', '1/week')
    .option('--sensitivity <0-100>', 'moves the threshold that the budget gives (50)', numberIn(0, 100))
    .option('--history <points>', 'points to learn from before pages count', wholeNumberIn(0, 1e9))
    .option('--together', 'watch all channels as one system instead of each alone')
    .optionsGroup('Output:')
    .addOption(
      new Option(
        '--format <format>',
        'table, JSON, a timeline, or the alert rule for Prometheus or Grafana (default: by --out, else table)',
      ).choices(formats),
    )
    .option('--out <file>', 'write it to this file instead of printing it')
    .option('--time-zone <name>', 'IANA name of the zone for the times shown', 'UTC')
    .option('--max-incidents <n>', 'most incidents in the table', wholeNumberIn(1, 1e9), 20)
    .option('--quiet', 'no progress and no notes on stderr')
    .addHelpText(
      'after',
      `
Every point is judged when it comes, from what came before alone; what was said is never revised. Pages count after the
first 1,000 points (at most a quarter), which are learned from. Labeled events are counted where there is a label column.

Examples:
  heed backtest metrics.csv
  heed backtest metrics.csv --budget 1/month --format svg --out timeline.svg
  heed backtest recordings/ --format json
  heed backtest --prometheus http://localhost:9090 --query 'rate(http_requests_total[1m])' --range 30d --step 1m
  heed backtest metrics.csv --format rules --out heed-rules.yml`,
    )
    .action(async (file: string | undefined, flags: BacktestFlags) => {
      const signal = interruption.begin();
      const progress = new ProgressDisplay(flags.quiet === true);
      try {
        await backtestAction(file, flags, signal, progress);
      } finally {
        progress.stop();
      }
    });
}

async function backtestAction(
  file: string | undefined,
  flags: BacktestFlags,
  signal: AbortSignal,
  progress: ProgressDisplay,
): Promise<void> {
  parseBudget(flags.budget);
  await checkOutput(flags.out, [file]);
  const format = chooseFormat(flags);
  const tested: Tested[] = [];
  const sources = await listSources(file);
  let first: unknown;
  for (const [i, source] of sources.entries()) {
    let input: ReadResult;
    try {
      input = await readInput(source, flags, { signal, onProgress: progress.update });
    } catch (error) {
      throwIfAborted(signal);
      // Beside recordings lie other files.
      if (source === file || !isHeedError(error)) throw error;
      first ??= error;
      if (!flags.quiet) tell(`Left out: ${printable(error.message)}`);
      continue;
    }
    const { series, notes } = input;
    if (format === 'table') tellNotes(notes, flags);
    for (const part of splitChannels(series, flags)) {
      tested.push(await interruption.atOnce(async () => test(namePart(source, part, series), part, flags)));
    }
    progress.update({ phase: 'backtest', done: (i + 1) / sources.length });
  }
  progress.stop();
  if (tested.length === 0) throw first;
  const text = render(tested, format, flags);
  if (flags.out === undefined) return print(text);
  await writeOutput(flags.out, text, signal);
  if (!flags.quiet) tell(`Written to ${flags.out}`);
}

function chooseFormat(flags: BacktestFlags): (typeof formats)[number] {
  if (flags.format) return flags.format;
  const ending = extname(flags.out ?? '').toLowerCase();
  return ending === '.json' ? 'json' : ending === '.svg' ? 'svg' : /\.ya?ml/.test(ending) ? 'rules' : 'table';
}

/** The file itself, or what can be read in a folder. */
async function listSources(file: string | undefined): Promise<(string | undefined)[]> {
  if (file === undefined || file === '-') return [file];
  const entry = await stat(file).catch(() => undefined);
  if (!entry?.isDirectory()) return [file];
  return (await readableFiles(file)).map(({ path }) => path);
}

/** All channels as one series, or each by itself. */
function splitChannels(series: Series, { together }: BacktestFlags): Series[] {
  return together || series.channels.length === 1
    ? [series]
    : series.channels.map((channel) => ({ ...series, channels: [channel] }));
}

function namePart(source: string | undefined, part: Series, whole: Series): string {
  const file = source === undefined || source === '-' ? undefined : basename(source);
  const channel = part.channels.length === whole.channels.length ? undefined : part.channels[0]!.name;
  return [file, channel].filter((text) => text !== undefined).join(': ') || part.channels[0]!.name;
}

function test(name: string, series: Series, flags: BacktestFlags): Tested {
  const { budget, sensitivity, history, timeZone } = flags;
  const options = {
    ...(sensitivity === undefined ? {} : { sensitivity }),
    ...(history === undefined ? {} : { history }),
    ...(timeZone === 'UTC' ? {} : { timeZone }),
  };
  const budgets = neighboringBudgets(budget);
  const results = backtestBudgets(series, budgets, options);
  const neighbors = budgets.map((other, i) => ({ budget: other, result: results[i]! }));
  return { name, series, result: neighbors.find((other) => other.budget === budget)!.result, neighbors };
}

function render(tested: readonly Tested[], format: (typeof formats)[number], flags: BacktestFlags): string {
  if (format === 'json') return `${printJson(backtestJson(tested, flags.budget), 2)}\n`;
  if (format === 'svg') return timelines(tested, flags);
  if (format !== 'table') return alertRules(flags.budget, format === 'grafana-rules');
  return backtestTable(tested, flags);
}

/** What `--format json` prints. Times are epoch ms. */
function backtestJson(tested: readonly Tested[], budget: string): unknown {
  const facts = ({ result }: { result: Backtest }): object => ({
    pages: result.incidents.length,
    pagesPerWeek: result.pagesPerWeek,
    pagesWhileLearning: result.pagesWhileLearning,
    ...(result.truth ? { truth: result.truth } : {}),
  });
  return {
    budget,
    series: tested.map(({ name, result, neighbors }) => ({
      name,
      start: result.start,
      end: result.end,
      days: result.days,
      history: result.history,
      ...facts({ result }),
      incidents: result.incidents,
      budgets: neighbors.map((other) => ({ budget: other.budget, ...facts(other) })),
      notes: result.notes,
    })),
  };
}

function timelines(tested: readonly Tested[], { timeZone }: BacktestFlags): string {
  if (tested.length > 1) {
    throw new HeedError(
      'bad-option',
      `there are ${tested.length} series to draw`,
      'Choose one with --columns, or watch them --together.',
    );
  }
  const [{ series, result, name }] = tested as readonly [Tested];
  return plotDetection(series, result.detection, { title: `${name}, as it happened`, timeZone });
}

function backtestTable(tested: readonly Tested[], flags: BacktestFlags): string {
  const layout = {
    colors: colorsFor(flags.out === undefined ? process.stdout : process.stderr),
    width: flags.out === undefined ? terminalWidth() : 120,
  };
  const lines: string[] = [];
  for (const { name, series, result } of tested) {
    lines.push(layout.colors.bold(printable(name)), `  ${summarize(result, series)}`);
    for (const incident of result.incidents.slice(0, flags.maxIncidents)) {
      lines.push(...incidentLines(incident, series, flags.timeZone, layout.width));
    }
    const more = result.incidents.length - flags.maxIncidents;
    if (more > 0) lines.push(`  and ${more} more (--max-incidents)`);
    for (const note of result.notes) lines.push(`  Note: ${printable(note)}`);
    lines.push('');
  }
  const budgets = tested[0]!.neighbors.map(({ budget }) => budget);
  const total = (at: number, value: (result: Backtest) => number): number =>
    tested.reduce((sum, { neighbors }) => sum + value(neighbors[at]!.result), 0);
  const hasTruth = tested.some(({ result }) => result.truth);
  lines.push(layout.colors.bold('By budget'));
  lines.push(
    wideTable(
      { head: 'budget', cells: budgets.map((budget) => (budget === flags.budget ? `${budget} *` : budget)) },
      [
        {
          head: 'pages',
          cells: budgets.map((_, at) => String(total(at, ({ incidents }) => incidents.length))),
        },
        {
          head: 'per series and week',
          cells: budgets.map((_, at) =>
            formatNumber(total(at, ({ pagesPerWeek }) => pagesPerWeek) / tested.length),
          ),
        },
        ...(hasTruth
          ? [
              {
                head: 'labeled events found',
                cells: budgets.map(
                  (_, at) =>
                    `${total(at, ({ truth }) => truth?.found ?? 0)} of ${total(at, ({ truth }) => truth?.events ?? 0)}`,
                ),
              },
              {
                head: 'false pages',
                cells: budgets.map((_, at) => String(total(at, ({ truth }) => truth?.falsePages ?? 0))),
              },
            ]
          : []),
      ],
      layout,
    ),
  );
  return `${lines.join('\n')}\n`;
}

/** "Would have paged 3 times in 30 days (0.7 a week); 2 of 2 labeled events, median 40 s after onset; 1 false." */
function summarize({ incidents, days, pagesPerWeek, truth, history }: Backtest, series: Series): string {
  const span = series.indexTime
    ? `${formatNumber(series.time.length - history)} points`
    : humanDuration(days * 86_400_000);
  const times = incidents.length === 1 ? 'once' : `${incidents.length} times`;
  const parts = [`This would have paged ${times} in ${span} (${formatNumber(pagesPerWeek)} a week)`];
  if (truth) {
    const delay = truth.medianDelay;
    const after =
      delay === undefined
        ? ''
        : delay === 0
          ? ', most at onset'
          : `, median ${series.indexTime ? `${formatNumber(delay)} points` : humanDuration(delay)} after onset`;
    parts.push(`${truth.found} of ${truth.events} labeled events${after}`, `${truth.falsePages} false`);
  }
  return `${parts.join('; ')}.`;
}

function incidentLines(incident: LiveIncident, series: Series, timeZone: string, width: number): string[] {
  const when = (time: number): string =>
    series.indexTime
      ? `point ${time}`
      : new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(time);
  const late = incident.noticed - incident.start;
  const noticed = series.indexTime ? `${late} points` : humanDuration(late);
  const head = `${when(incident.start)}  severity ${Math.round(incident.severity)}${late > 0 ? `, noticed after ${noticed}` : ''}`;
  return [`  ${head}`, ...wrapText(printable(incident.reason), width - 4).map((line) => `    ${line}`)];
}
