import type { Command } from 'commander';
import { HeedError, isHeedError } from '../errors.js';
import type { Config, ConfigOverrides, Log } from '../serve/index.js';
import { printedLine } from './interrupt.js';
import { tell } from './terminal.js';
import { numberIn, portNumber, urlText, wholeNumberIn } from './values.js';

interface QueryFlags {
  readonly prometheus?: string;
  readonly query?: readonly string[];
  readonly range: string;
  readonly step: string;
  readonly lateness?: string;
  readonly together?: boolean;
  readonly budget: string;
  readonly sensitivity?: number;
  readonly direction?: 'both' | 'above' | 'below';
  readonly minDeviation?: number;
  readonly seriesLimit: number;
  readonly alertmanager?: string;
  readonly webhook?: string;
  readonly state?: string;
  readonly redis?: string;
  readonly redisPasswordFile?: string;
  readonly shard?: string;
  readonly host: string;
  readonly port: number;
  readonly allowedHost?: readonly string[];
  readonly logFormat: 'text' | 'json';
  readonly quiet?: boolean;
}

interface ServeFlags extends QueryFlags {
  readonly config?: string;
  readonly check?: boolean;
  readonly schema?: boolean;
}

/** `heed serve`: watches the series of Prometheus for good, and tells of incidents. */
export function serveCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('watch Prometheus series as they come, and tell Alertmanager and others of incidents')
    .option('--config <file>', 'what to watch, how, and whom to tell (YAML); SIGHUP reads it again')
    .option('--check', 'read the configuration, say whether it is right, and end')
    .option('--schema', 'print the JSON Schema of the configuration, and end');
  addQueryOptions(command);
  command
    .addHelpText(
      'after',
      `
A monitor watches every series: each point is judged once, when it comes, and no more false incidents are opened than the
budget allows. /metrics has the scores and open incidents, / a status page, /healthz and /readyz what a supervisor asks.

Examples:
  heed serve --config heed.yaml
  heed serve --config heed.yaml --check
  heed serve --prometheus http://localhost:9090 --query 'rate(errors_total[5m])' --alertmanager http://localhost:9093`,
    )
    .action(serve);
}

/** `heed exporter`: the same from flags alone. */
export function exporterCommand(program: Command): void {
  const command = program
    .command('exporter')
    .description('heed serve for one Prometheus and a few queries, by flags alone');
  addQueryOptions(command);
  command
    .addHelpText(
      'after',
      `
GET /metrics gives heed_score (above 1 is anomalous), heed_incident (1 while one is open), heed_severity, heed_expected,
heed_lower, heed_upper and heed_value of the latest point of every series, with the labels Prometheus has for it. Let
Prometheus scrape it with honor_labels: true, and alert on heed_incident == 1 (heed backtest --format rules prints the
rule). What heed backtest lists is what this would have opened.

Examples:
  heed exporter --prometheus http://localhost:9090 --query 'sum by (job) (rate(http_requests_total[1m]))'
  heed exporter --prometheus http://localhost:9090 --query up --budget 1/month --state /var/lib/heed`,
    )
    .action(serve);
}

function addQueryOptions(command: Command): void {
  command
    .optionsGroup('What to watch, without a file:')
    .option('--prometheus <url>', 'read from this Prometheus', urlText)
    .option(
      '--query <promql>',
      'what to read from it; may be repeated',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option('--range <duration>', 'history to learn from at the first start', '1d')
    .option('--step <duration>', 'time between points', '1m')
    .option('--lateness <duration>', 'time that a point is given to arrive (default: the step, at most 10s)')
    .option('--together', 'judge all series of a query as one system instead of each alone')
    .option('--series-limit <n>', 'most series per query', wholeNumberIn(1, 10_000_000), 10_000)
    .optionsGroup('What to tell:')
    .option('--budget <n/time>', 'most false incidents per series: 1/week, 3/day', '1/week')
    .option('--sensitivity <0..100>', 'more finds more (default: 50)', numberIn(0, 100))
    .option('--direction <which>', 'only incidents above / below what was expected (default: both)')
    .option('--min-deviation <n>', "not of smaller deviations, in the series' unit", numberIn(0, Infinity))
    .optionsGroup('Whom to tell:')
    .option('--alertmanager <url>', 'send alerts to this Alertmanager', urlText)
    .option('--webhook <url>', 'POST every change of an incident there, as JSON', urlText)
    .optionsGroup('Where:')
    .option('--state <folder>', 'keep the state there, so that a restart goes on where it was')
    .option('--redis <url>', 'share the work with the other machines that name this Redis', redisUrl)
    .option('--redis-password-file <file>', 'file with its password (or set HEED_REDIS_PASSWORD)')
    .option('--shard <i/n>', 'watch this part of the series alone: 0/4 … 3/4 on four machines')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', portNumber, 9646)
    .option(
      '--allowed-host <name>',
      'answer requests under this name alone; may be repeated',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option('--log-format <format>', 'text or json', logFormat, 'text')
    .option('--quiet', 'log warnings and errors only');
}

function logFormat(text: string): string {
  if (text !== 'text' && text !== 'json') {
    throw new HeedError('bad-option', `--log-format is "${text}"`, 'Give text or json.');
  }
  return text;
}

/** Flags that count beside a configuration file. */
const besideConfig = new Set([
  'config',
  'check',
  'schema',
  'redis',
  'redisPasswordFile',
  'shard',
  'logFormat',
  'quiet',
]);

async function serve(flags: ServeFlags, command: Command): Promise<void> {
  if (flags.config !== undefined) {
    const idle = command.options.find(
      (option) =>
        !besideConfig.has(option.attributeName()) &&
        command.getOptionValueSource(option.attributeName()) === 'cli',
    );
    if (idle) {
      throw new HeedError(
        'bad-option',
        `${idle.long} does nothing beside --config`,
        'Set it in the file, or leave out --config.',
      );
    }
  }
  const service = await import('../serve/index.js');
  if (flags.schema) {
    process.stdout.write(`${JSON.stringify(service.configJsonSchema(), null, 2)}\n`);
    return;
  }
  const read = (): Config =>
    flags.config === undefined
      ? service.checkConfig(toConfig(flags))
      : service.readConfig(flags.config, { shard: flags.shard, redis: toRedis(flags) });
  const config = read();
  if (flags.check) {
    const queries = `${config.queries.length} ${config.queries.length === 1 ? 'query' : 'queries'}`;
    tell(`${flags.config ?? 'The configuration'} is right: ${queries}.`);
    return;
  }
  const write = service.createLog(flags.logFormat, (line) => process.stderr.write(`${line}\n`));
  const log: Log = flags.quiet
    ? { ...write, write: (level, ...rest) => level !== 'info' && write.write(level, ...rest) }
    : write;
  // A fault of ours must not end what people rely on.
  process.on('unhandledRejection', (error) =>
    log.write('error', 'Internal error; please report it.', {
      cause: String((error as Error)?.stack ?? error),
    }),
  );
  const running = await service.startService(config, { log });
  let isStopping = false;
  const stopped = new Promise<void>((resolve, reject) => {
    const stop = (signal: NodeJS.Signals): void => {
      // The second one does not wait for the state to be written.
      if (isStopping) process.kill(process.pid, 'SIGKILL');
      isStopping = true;
      log.write('info', 'Stopping.', { signal });
      running.stop().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    if (process.platform !== 'win32') process.on('SIGHUP', () => void reload());
  });
  const reload = async (): Promise<void> => {
    if (isStopping) return;
    try {
      await running.reload(read());
    } catch (error) {
      const cause = isHeedError(error) ? error.message : String(error);
      log.write('error', 'The new configuration is not right; the old one goes on.', { cause });
      running.notice(`The new configuration is not right, the old one goes on: ${cause}`);
      return;
    }
    running.notice(undefined);
    log.write('info', 'The configuration was read again.');
  };
  // The one line that a person waits for, and a script reads.
  tell(`Scores: ${running.url}/metrics, status: ${running.url}/ (Ctrl+C stops it)`);
  const failures = await running.firstRounds;
  for (const [query, failure] of failures) {
    log.once(`first: ${query}`, 'warn', 'The first round of a query failed.', {
      query,
      cause: printedLine(failure),
    });
  }
  await stopped;
  process.exitCode = 0;
  // What still tries to reach a server that is away must not keep the process.
  setTimeout(() => process.exit(), 2_000).unref();
}

/** The configuration file that the flags stand for. */
function toConfig(flags: QueryFlags): unknown {
  if (flags.prometheus === undefined || flags.query === undefined) {
    throw new HeedError(
      'bad-option',
      `there is no ${flags.prometheus === undefined ? 'source' : 'query'}`,
      'Give --config FILE, or --prometheus URL and --query PROMQL.',
    );
  }
  const { budget, sensitivity, direction, minDeviation, range, step, lateness, together } = flags;
  const ipv6 = flags.host.includes(':');
  return {
    sources: { prometheus: toEndpoint(flags.prometheus) },
    queries: flags.query.map((expr) => ({
      name: expr.trim().slice(0, 200),
      expr,
      range,
      step,
      budget,
      ...(lateness === undefined ? {} : { lateness }),
      ...(together ? { together } : {}),
      ...(sensitivity === undefined ? {} : { sensitivity }),
      ...(direction === undefined ? {} : { direction }),
      ...(minDeviation === undefined ? {} : { min_deviation: minDeviation }),
    })),
    outputs: {
      ...(flags.alertmanager === undefined ? {} : { alertmanager: [toEndpoint(flags.alertmanager)] }),
      ...(flags.webhook === undefined ? {} : { webhook: [toEndpoint(flags.webhook)] }),
    },
    ...(flags.state === undefined ? {} : { state: { path: flags.state } }),
    ...(flags.redis === undefined ? {} : { redis: toRedis(flags) }),
    server: {
      listen: `${ipv6 ? `[${flags.host}]` : flags.host}:${flags.port}`,
      ...(flags.allowedHost === undefined ? {} : { allowed_hosts: flags.allowedHost }),
    },
    limits: { series: flags.seriesLimit, ...(flags.shard === undefined ? {} : { shard: flags.shard }) },
  };
}

/** The password is best in a file or in the environment; one in the address is taken out of it. */
function toRedis({ redis, redisPasswordFile }: QueryFlags): ConfigOverrides['redis'] {
  const fromEnvironment = process.env.HEED_REDIS_PASSWORD ? { password_env: 'HEED_REDIS_PASSWORD' } : {};
  const fromFile = redisPasswordFile === undefined ? fromEnvironment : { password_file: redisPasswordFile };
  if (redis === undefined) return redisPasswordFile === undefined ? undefined : fromFile;
  const url = new URL(redis);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/$/, ''),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? fromFile : { password: decodeURIComponent(password) }),
  };
}

/** The address is not repeated: it may hold a password. */
function redisUrl(text: string): string {
  if (!/^rediss?:\/\/[^/]+(\/\d*)?$/.test(text) || !URL.canParse(text)) {
    throw new HeedError(
      'bad-option',
      '--redis is no address of a Redis',
      'Give it as redis://HOST:PORT, or rediss://HOST:PORT for TLS.',
    );
  }
  return text;
}

/** A user and password in an address become a login. */
function toEndpoint(address: string): object {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new HeedError('bad-option', `"${address}" is not an HTTP address`, 'Give it as http://HOST:PORT.');
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    ...(username === ''
      ? {}
      : {
          basic_auth: {
            username: decodeURIComponent(username),
            password: decodeURIComponent(password),
          },
        }),
  };
}
