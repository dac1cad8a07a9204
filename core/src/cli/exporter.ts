import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Registry } from 'prom-client';
import { HeedError, isHeedError } from '../errors.js';
import { SourceError } from '../node/prometheus-http.js';
import { readPrometheusChannels, type PrometheusChannel } from '../node/prometheus.js';
import type { Detection } from '../detection/types.js';
import { createSeries } from '../series/series.js';
import { parseDuration } from '../series/time.js';
import { MonitoredChannels } from './exporter-monitors.js';
import { channelMetrics, lastReading, type ExportedChannel } from './exporter-metrics.js';
import { interruption } from './interrupt.js';
import { openDetector, type OpenDetector } from './run-detector.js';
import { addScoringOptions, checkScoringFlags, eventOptions, type ScoringFlags } from './scoring-options.js';
import { printable, tell } from './terminal.js';
import { portNumber, urlText, wholeNumberIn } from './values.js';

/** What is read, how it is scored, and where the scores are to be had. */
export interface ExporterFlags extends ScoringFlags {
  readonly prometheus: string;
  readonly query: readonly string[];
  readonly range: string;
  readonly step?: string;
  readonly every?: string;
  readonly together?: boolean;
  /** Watch with monitors that keep to it, instead of scoring the whole range again and again. */
  readonly budget?: string;
  readonly seriesLimit: number;
  readonly host: string;
  readonly port: number;
  readonly quiet?: boolean;
}

/** `heed exporter`: the scores of live series as metrics, for alert rules. */
export function exporterCommand(program: Command): void {
  const command = program
    .command('exporter')
    .description('score live Prometheus series again and again, and export the scores for alert rules')
    .optionsGroup('What to score:')
    .requiredOption('--prometheus <url>', 'read from this Prometheus', urlText)
    .requiredOption(
      '--query <promql>',
      'what to read from it; may be repeated',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option('--range <duration>', 'history that every scoring compares with: 6h, 2d', '6h')
    .option('--step <duration>', 'time between points (default: about 1,000 points over the range)')
    .option('--every <duration>', 'time between scorings (default: the step)')
    .option('--together', 'score all series as one system instead of each alone')
    .option(
      '--budget <n/time>',
      'watch as it happens, within this alert budget: 1/week, 3/day (default: score the range in hindsight)',
    )
    .option('--series-limit <n>', 'most series to read', wholeNumberIn(1, 100_000), 100);
  addScoringOptions(command);
  command
    .optionsGroup('Where to export:')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', portNumber, 9646)
    .option('--quiet', 'no messages but failures on stderr')
    .addHelpText(
      'after',
      `
GET /metrics gives heed_score (above 1 is anomalous), heed_severity (0 to 100), heed_expected, heed_lower, heed_upper and
heed_value of the latest point of every series, with the labels Prometheus has for it. Let Prometheus scrape it with
honor_labels: true, and alert on heed_severity > 40. The numbers are those of
  heed detect --prometheus URL --query PROMQL --range 6h
at the same moment.

With --budget 1/week a monitor watches every series instead: each point is judged once, when it comes, heed_incident is 1
while an incident is open, and no more than that many false ones are opened per series. What heed backtest lists is what
this would have opened. Alert on heed_incident == 1 (heed backtest --format rules prints the rule).

Examples:
  heed exporter --prometheus http://localhost:9090 --query 'sum by (job) (rate(http_requests_total[1m]))'
  heed exporter --prometheus http://localhost:9090 --query 'rate(errors_total[5m])' --range 1d --step 1m --budget 1/week
  heed exporter --prometheus http://localhost:9090 --query up --range 1d --step 1m --host 0.0.0.0 --port 9646`,
    )
    .action(async (flags: ExporterFlags) => {
      const signal = interruption.begin();
      const exporter = await startExporter(flags, { signal });
      if (!flags.quiet) tell(`Scores: ${exporter.url} (Ctrl+C stops it)`);
      await exporter.done;
      process.exitCode = 0;
    });
}

export interface Exporter {
  /** Address of the metrics. */
  readonly url: string;
  /** Settles once the exporter has stopped: when the signal fires. */
  readonly done: Promise<void>;
}

interface ExporterContext {
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** Failures of the first scoring that will not mend themselves: the exporter does not start with them. */
const lasting = new Set(['bad-option', 'source-too-large']);

/**
 * Starts to score and to serve. The first scoring is awaited, so that a wrong query or option is told at once; a
 * Prometheus that does not answer is tried again, then and later. Model and judgments are read once, at the start.
 * @throws HeedError bad-option, source-too-large, port-taken, a refused query (source-error), and what opening the
 *   detector refuses: a wrong detector, option, model or feedback file
 */
export async function startExporter(
  flags: ExporterFlags,
  { signal, now = Date.now }: ExporterContext,
): Promise<Exporter> {
  checkScoringFlags(flags);
  const range = parseDuration(flags.range);
  const step = flags.step === undefined ? undefined : parseDuration(flags.step);
  let interval = flags.every === undefined ? step : parseDuration(flags.every);
  const client = await import('prom-client');
  const detector = await openDetector(flags, eventOptions(flags));
  const monitors = flags.budget === undefined ? undefined : new MonitoredChannels(flags);
  const own = ownMetrics(client);
  let scores: Registry | undefined;
  let failing = false;

  const scoreOnce = async (first: boolean): Promise<void> => {
    const started = performance.now();
    try {
      const channels = await readPrometheusChannels({
        url: flags.prometheus,
        query: flags.query.map((query) => ({ query })),
        range,
        ...(step === undefined ? {} : { step }),
        end: now(),
        seriesLimit: flags.seriesLimit,
        signal,
      });
      interval ??= channels.time.length > 1 ? channels.time[1]! - channels.time[0]! : 60_000;
      const scored = monitors
        ? monitors.read(channels.time, channels.channels)
        : await scoreChannels(detector, channels.time, channels.channels, flags, signal);
      scores = channelMetrics(client, scored);
      own.up.set(1);
      own.series.set(scored.length);
      own.timestamp.set(channels.time.at(-1)! / 1000);
      own.seconds.set((performance.now() - started) / 1000);
      if (failing && !flags.quiet) tell('Scoring again.');
      failing = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isHeedError(error)) throw error;
      // 4xx: the query, or the address, is wrong.
      const refused = error instanceof SourceError && error.status >= 400 && error.status < 500;
      if (first && (lasting.has(error.code) || refused)) throw error;
      // Scores that are not renewed must not keep an alert firing, or silent.
      scores = undefined;
      own.up.set(0);
      own.failures.inc();
      if (!failing) tell(`heed: ${printable(error.message)} Trying again.`);
      failing = true;
    }
  };

  let server: Server;
  try {
    await scoreOnce(true);
    server = await listen(flags, async () => {
      const parts = [await own.registry.metrics(), (await scores?.metrics()) ?? ''];
      return { type: own.registry.contentType, text: parts.filter((part) => part !== '').join('\n') };
    });
  } catch (error) {
    detector.dispose();
    throw error;
  }
  const { address, port } = server.address() as AddressInfo;
  const done = (async () => {
    try {
      for (;;) {
        const wait = interval ?? 60_000;
        // Just after a multiple of the interval, when the point that belongs to it is there.
        await sleep(wait - (now() % wait), undefined, { signal });
        await scoreOnce(false);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      detector.dispose();
      server.closeAllConnections();
      server.close();
    }
  })();
  return { url: `http://${address.includes(':') ? `[${address}]` : address}:${port}/metrics`, done };
}

/** Each channel alone, or all as one series. A channel that cannot be scored (too short, say) is left out and told. */
async function scoreChannels(
  detector: OpenDetector,
  time: Float64Array,
  channels: readonly PrometheusChannel[],
  flags: ExporterFlags,
  signal: AbortSignal,
): Promise<ExportedChannel[]> {
  const queryOf = (channel: PrometheusChannel): string => flags.query[channel.query]!;
  const score = (group: readonly PrometheusChannel[]): Promise<Detection> =>
    detector.score(createSeries({ time, channels: group }), { signal });
  if (flags.together) {
    const named = channels.map((channel, i) => ({ ...channel, name: `${i}: ${channel.name}` }));
    const detection = await score(named);
    return named.map((channel, index) => ({
      channel,
      query: queryOf(channel),
      reading: lastReading(detection, channel, index),
    }));
  }
  const scored: ExportedChannel[] = [];
  for (const channel of channels) {
    try {
      const reading = lastReading(await score([channel]), channel, 0);
      scored.push({ channel, query: queryOf(channel), reading });
    } catch (error) {
      const passable = ['too-few-points', 'all-missing', 'constant-series'];
      if (!isHeedError(error) || !passable.includes(error.code)) throw error;
      if (!flags.quiet) tell(`heed: ${printable(`${channel.name}: ${error.message}`)}`);
    }
  }
  return scored;
}

/** What the exporter says of itself. */
function ownMetrics({ Counter, Gauge, Registry: PromRegistry }: typeof import('prom-client')) {
  const registry = new PromRegistry();
  const registers = [registry];
  return {
    registry,
    up: new Gauge({
      name: 'heed_exporter_up',
      help: '1 where the last scoring succeeded, else 0.',
      registers,
    }),
    series: new Gauge({ name: 'heed_exporter_series', help: 'Series scored.', registers }),
    timestamp: new Gauge({
      name: 'heed_exporter_last_point_timestamp_seconds',
      help: 'Time of the latest point scored.',
      registers,
    }),
    seconds: new Gauge({
      name: 'heed_exporter_scoring_seconds',
      help: 'How long the last reading and scoring took.',
      registers,
    }),
    failures: new Counter({
      name: 'heed_exporter_failures_total',
      help: 'Scorings that failed.',
      registers,
    }),
  };
}

async function listen(
  { host, port }: Pick<ExporterFlags, 'host' | 'port'>,
  metrics: () => Promise<{ type: string; text: string }>,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path !== '/metrics') {
      response
        .writeHead(path === '/' ? 200 : 404, { 'Content-Type': 'text/plain; charset=utf-8' })
        .end('The scores are at /metrics.\n');
      return;
    }
    metrics().then(
      ({ type, text }) => response.writeHead(200, { 'Content-Type': type }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new HeedError(
          'port-taken',
          cause.code === 'EADDRINUSE'
            ? `port ${port} is taken`
            : `${host}:${port} cannot be listened on (${cause.code})`,
          cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
            ? 'Choose another with --port, or --port 0 for any free one.'
            : 'Give an address of this machine with --host.',
          undefined,
          cause,
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  return server;
}
