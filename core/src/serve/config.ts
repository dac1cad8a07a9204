import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { isAlias, isMap, isSeq, Lexer, LineCounter, parseDocument, Parser, type Document } from 'yaml';
import { HeedError, isHeedError, type ErrorPlace } from '../errors.js';
import type { Exclusion } from '../detection/types.js';
import { excludedPoints } from '../detection/events/calendar.js';
import { parseDuration } from '../series/time.js';
import { readEndpoint, loadSecret, readTls, type Fail } from './endpoint-config.js';
import type { Endpoint } from './http.js';
import type { RedisConfig } from './redis/connection.js';
import { configSchema, parseShard, type ConfigFile, type EndpointFile } from './schema.js';

type QueryFile = ConfigFile['queries'][number];
type Judging = Pick<
  QueryFile,
  'budget' | 'sensitivity' | 'direction' | 'min_deviation' | 'min_severity' | 'missing' | 'labels'
>;

/** How one series is judged, overrides applied. */
export interface Judgment {
  readonly budget: string;
  readonly sensitivity: number;
  readonly direction: 'both' | 'above' | 'below';
  readonly minDeviation: number;
  readonly minSeverity: number;
  /** ms without a value after which it is an incident; undefined where it never is. */
  readonly missingAfter: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** One query, durations in ms. */
export interface QueryConfig {
  readonly name: string;
  readonly source: string;
  readonly expr: string;
  readonly step: number;
  readonly range: number;
  readonly lateness: number;
  readonly unit: string | undefined;
  readonly together: boolean;
  readonly exclude: readonly Exclusion[];
  readonly link: string | undefined;
  /** Of everything that its monitors depend on: the same on every machine with the same settings. */
  readonly print: string;
  /** Undefined where the series is not to be watched. */
  chooseJudgment(labels: Readonly<Record<string, string>>): Judgment | undefined;
}

export interface Config {
  readonly sources: Readonly<Record<string, Endpoint>>;
  readonly queries: readonly QueryConfig[];
  readonly outputs: {
    readonly metrics: { readonly series: 'all' | 'incidents' | 'none' };
    readonly alertmanager: readonly (Endpoint & {
      readonly resend: number;
      readonly labels: Readonly<Record<string, string>>;
    })[];
    readonly webhook: readonly Endpoint[];
    readonly grafana: readonly (Endpoint & {
      readonly dashboardUid: string | undefined;
      readonly panelId: number | undefined;
      readonly tags: readonly string[];
    })[];
    readonly remoteWrite: readonly Endpoint[];
  };
  /** Where several machines share the work; undefined where this one does it alone. */
  readonly redis: RedisConfig | undefined;
  readonly state: { readonly path: string | undefined; readonly every: number };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Names that requests may come under; undefined where the configuration gives none. */
    readonly allowedHosts: readonly string[] | undefined;
    readonly auth: { readonly username: string; readonly password: () => string } | undefined;
    readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  };
  readonly limits: {
    readonly series: number;
    /** The part of the series that is watched. */
    readonly shard: { readonly index: number; readonly of: number };
    readonly workers: number | undefined;
    readonly forget: number;
    readonly catchUp: number;
    readonly queue: number;
    readonly answerBytes: number;
  };
}

/** Steps that can be served: timers hold no longer ones than 24 days. */
const shortestStep = 1000;
const longestStep = 24 * 86_400_000;

/** What a command line sets in place of the file. */
export interface ConfigOverrides {
  readonly redis?: Partial<NonNullable<ConfigFile['redis']>> | undefined;
  /** `0/4` */
  readonly shard?: string | undefined;
}

const MOST_BYTES = 16 * 2 ** 20;

/**
 * Reads a configuration file.
 * @throws HeedError file-unreadable, bad-option with the line of the fault
 */
export function readConfig(file: string, overrides: ConfigOverrides = {}): Config {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) {
      throw new HeedError(
        'file-unreadable',
        `${file} is larger than the 16 MB that are read of a configuration`,
        'Check that it is the right one.',
      );
    }
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (isHeedError(cause)) throw cause;
    throw new HeedError(
      'file-unreadable',
      `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      'Check the path and who may read it.',
    );
  }
  return parseConfig(text, file, overrides);
}

/**
 * @param text YAML, or JSON
 * @param file its name, for messages
 * @throws HeedError bad-option with the line of the fault
 */
export function parseConfig(text: string, file = 'heed.yaml', overrides: ConfigOverrides = {}): Config {
  checkBounds(text, file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const at = (offset: number) => ({ file, line: lines.linePos(offset).line });
  const [broken] = document.errors;
  if (broken) {
    throw new HeedError(
      'bad-option',
      broken.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''),
      'Correct the YAML.',
      at(broken.pos[0]),
    );
  }
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (cause) {
    // A few lines of aliases of aliases can stand for more than memory holds.
    const { message } = cause as Error;
    const what = /alias count/.test(message) ? 'the aliases stand for too much' : message;
    throw new HeedError('bad-option', what, 'Write out what the aliases stand for.', { file }, cause);
  }
  return checkConfig(overridden(value, overrides), (path) => at(findOffset(document, path)));
}

/** More levels than any setting has; the parser calls itself for each, and the engine ends a process that goes too deep. */
const MOST_LEVELS = 100;
/** More settings in one place than there are; the parser compares each with all before it. */
const MOST_KEYS = 5_000;

function checkBounds(text: string, file: string): void {
  const parser = new Parser();
  let line = 1;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    const { stack } = parser;
    const top = stack.at(-1);
    const isWide =
      (top?.type === 'block-map' || (top?.type === 'flow-collection' && top.start.source === '{')) &&
      top.items.length > MOST_KEYS;
    if (isWide || stack.length > MOST_LEVELS) {
      const what = isWide ? `a mapping has more than ${MOST_KEYS} keys` : 'values are nested too deep';
      throw new HeedError('bad-option', what, 'Correct the YAML.', { file, line });
    }
    line += lexeme.split('\n').length - 1;
  }
}

function overridden(value: unknown, { redis, shard }: ConfigOverrides): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { limits, redis: before } = value as { limits?: object; redis?: object };
  return {
    ...value,
    ...(redis === undefined ? {} : { redis: { ...before, ...redis } }),
    ...(shard === undefined ? {} : { limits: { ...limits, shard } }),
  };
}

/**
 * @param value what the file holds
 * @param makePlace where a setting is
 * @throws HeedError bad-option
 */
export function checkConfig(
  value: unknown,
  makePlace: (path: readonly PropertyKey[]) => ErrorPlace = () => ({}),
): Config {
  const parsed = v.safeParse(configSchema, value);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const path = (issue.path ?? []).map(({ key }) => key as PropertyKey);
    throw new HeedError(
      'bad-option',
      `${path.map(String).join('.') || 'the file'} ${told(issue)}`,
      'heed serve --schema prints what there is.',
      makePlace(path),
    );
  }
  return resolve(parsed.output, (path, what, remedy) => {
    throw new HeedError('bad-option', what, remedy, makePlace(path));
  });
}

/** What is wrong, as the rest of a sentence that begins with the setting. */
function told(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'schema' && issue.expected === 'never') return 'is no setting';
  if (issue.kind === 'schema' && issue.received === 'undefined') return 'is missing';
  if (issue.kind === 'schema') return `is ${issue.received}, not ${issue.expected}`;
  return /^is |^has |^names /.test(issue.message)
    ? issue.message
    : `is ${issue.received}, which must be ${issue.expected}`;
}

/** Where in the text a setting is; its nearest ancestor where it is missing. */
function findOffset(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  const offsetFrom = (value: unknown): number =>
    (value as { range?: [number, number, number] } | null)?.range?.[0] ?? offset;
  offset = offsetFrom(node);
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key: name }) => String(name) === String(key));
      if (!pair) return offset;
      offset = offsetFrom(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[key as number];
      offset = offsetFrom(node);
    } else return offset;
  }
  return offset;
}

function resolve(file: ConfigFile, fail: Fail): Config {
  const sources = Object.fromEntries(
    Object.entries(file.sources).map(([name, source]) => [
      name,
      readEndpoint(source, ['sources', name], fail),
    ]),
  );
  const names = new Set<string>();
  const queries = file.queries.map((query, i) => {
    const path = ['queries', i];
    if (names.has(query.name)) {
      fail([...path, 'name'], `the query "${query.name}" is there twice`, 'Give every query its own name.');
    }
    names.add(query.name);
    return readQuery(query, Object.keys(sources), path, fail);
  });
  const { outputs, state, server, limits } = file;
  const several = <F extends EndpointFile, R>(
    kind: string,
    list: readonly F[] | undefined,
    more: (one: F) => R,
  ): (Endpoint & R)[] =>
    (list ?? []).map((one, i) => ({ ...readEndpoint(one, ['outputs', kind, i], fail), ...more(one) }));
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(server.listen ?? '127.0.0.1:9646') ?? [];
  if (Number(port) > 65_535) fail(['server', 'listen'], `there is no port ${port}`, 'Give one up to 65535.');
  return {
    sources,
    queries,
    outputs: {
      metrics: { series: outputs.metrics?.series ?? 'all' },
      alertmanager: several('alertmanager', outputs.alertmanager, ({ resend, labels = {} }) => ({
        resend: parseDuration(resend),
        labels,
      })),
      webhook: several('webhook', outputs.webhook, () => ({})),
      grafana: several('grafana', outputs.grafana, (one) => ({
        dashboardUid: one.dashboard_uid,
        panelId: one.panel_id,
        tags: one.tags,
      })),
      remoteWrite: several('remote_write', outputs.remote_write, () => ({})),
    },
    redis: file.redis && readRedis(file.redis, fail),
    state: { path: state.path, every: state.every ?? 10 },
    server: {
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port),
      allowedHosts: server.allowed_hosts,
      auth: server.basic_auth && {
        username: server.basic_auth.username,
        password: loadSecret(server.basic_auth, 'password', ['server', 'basic_auth'], fail),
      },
      tls: server.tls_config && {
        certFile: server.tls_config.cert_file,
        keyFile: server.tls_config.key_file,
      },
    },
    limits: {
      series: limits.series ?? 10_000,
      shard: (limits.shard === undefined ? undefined : parseShard(limits.shard)) ?? { index: 0, of: 1 },
      workers: limits.workers,
      forget: parseDuration(limits.forget ?? '1d'),
      catchUp: parseDuration(limits.catch_up ?? '1d'),
      queue: limits.queue ?? 10_000,
      answerBytes: limits.answer_bytes ?? 512 * 1024 * 1024,
    },
  };
}

function readRedis(file: NonNullable<ConfigFile['redis']>, fail: Fail): RedisConfig {
  const { url, username, tls_config: tls, prefix, shards } = file;
  const isSecret = [file.password, file.password_file, file.password_env].some((one) => one !== undefined);
  return {
    url,
    username,
    password: isSecret ? loadSecret(file, 'password', ['redis'], fail) : undefined,
    tls: readTls(tls, ['redis'], fail),
    prefix: prefix ?? 'heed',
    shards: shards ?? 64,
  };
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function readQuery(
  query: QueryFile,
  sources: readonly string[],
  path: readonly PropertyKey[],
  fail: Fail,
): QueryConfig {
  const step = parseDuration(query.step);
  if (step < shortestStep || step > longestStep) {
    fail([...path, 'step'], `the step of "${query.name}" is ${query.step}`, 'Give 1s to 24d.');
  }
  const source = query.source ?? (sources.length === 1 ? sources[0]! : undefined);
  if (source === undefined || !sources.includes(source)) {
    fail(
      [...path, 'source'],
      source === undefined
        ? `"${query.name}" names no source`
        : `"${query.name}" names the source "${source}", which is not there`,
      `Name one of: ${sources.join(', ')}.`,
    );
  }
  const exclude = (query.exclude ?? []).map(({ days, time_zone: timeZone, ...rest }): Exclusion => ({
    kind: 'recurring',
    ...rest,
    ...(days ? { days: days.map((day) => dayNames.indexOf(day)) } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
  }));
  try {
    excludedPoints(Float64Array.of(0), exclude);
  } catch (error) {
    if (!isHeedError(error)) throw error;
    fail([...path, 'exclude'], error.message.replace(`. ${error.remedy}`, ''), error.remedy);
  }
  const overrides = (query.overrides ?? []).map(({ match, drop, ...judging }, i) => {
    const tests = Object.entries(match).map(([label, wanted]) => {
      const pattern = /^\/(.*)\/$/s.exec(wanted)?.[1];
      let test = (value: string): boolean => value === wanted;
      if (pattern !== undefined) {
        try {
          const whole = new RegExp(`^(?:${pattern})$`, 'u');
          test = (value) => whole.test(value);
        } catch {
          fail(
            [...path, 'overrides', i, 'match', label],
            `${wanted} is not a regular expression`,
            'Correct it.',
          );
        }
      }
      return (labels: Readonly<Record<string, string>>) => test(labels[label] ?? '');
    });
    return {
      matches: (labels: Readonly<Record<string, string>>) => tests.every((test) => test(labels)),
      drop,
      judging,
    };
  });
  return {
    name: query.name,
    source: source!,
    expr: query.expr,
    step,
    range: parseDuration(query.range),
    lateness: query.lateness === undefined ? Math.min(step, 10_000) : parseDuration(query.lateness),
    unit: query.unit,
    together: query.together ?? false,
    exclude,
    link: query.link,
    print: createHash('sha1')
      .update(JSON.stringify(judgedBy(query)))
      .digest('base64url')
      .slice(0, 16),
    chooseJudgment: (labels) => {
      const fitting = overrides.filter(({ matches }) => matches(labels));
      if (fitting.some(({ drop }) => drop)) return undefined;
      return judgmentFrom([query, ...fitting.map(({ judging }) => judging)], step);
    },
  };
}

/** What another value of means other monitors. */
function judgedBy({
  name,
  expr,
  step,
  unit,
  together,
  budget,
  sensitivity,
  overrides = [],
}: QueryFile): unknown {
  return [
    ...[name, expr, step, unit, together, budget, sensitivity],
    overrides.map((one) => [one.match, one.budget, one.sensitivity]),
  ];
}

function judgmentFrom(layers: readonly Judging[], step: number): Judgment {
  const merged: Judging = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer))
      if (value !== undefined) Object.assign(merged, { [name]: value });
  }
  const { missing } = merged;
  return {
    budget: merged.budget ?? '1/week',
    sensitivity: merged.sensitivity ?? 50,
    direction: merged.direction ?? 'both',
    minDeviation: merged.min_deviation ?? 0,
    minSeverity: merged.min_severity ?? 0,
    missingAfter:
      missing?.rule === 'alert'
        ? missing.after === undefined
          ? Math.max(5 * step, 300_000)
          : parseDuration(missing.after)
        : undefined,
    labels: Object.assign({}, ...layers.map(({ labels }) => labels ?? {})) as Record<string, string>,
  };
}
