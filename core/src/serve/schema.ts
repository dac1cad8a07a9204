import { validateHeaderName, validateHeaderValue } from 'node:http';
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { parseBudget } from '../live/threshold.js';
import { parseDuration } from '../series/time.js';

/** The file's own words: names as Prometheus and Alertmanager have them in their configuration. */

const passes = (parse: (text: string) => unknown) => (text: string) => {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
};

/** `0/4`; undefined where it is none. */
export function parseShard(part: string): { readonly index: number; readonly of: number } | undefined {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(part) ?? [];
  if (index === undefined || Number(index) >= Number(of)) return undefined;
  return { index: Number(index), of: Number(of) };
}

const text = (description: string) => v.pipe(v.string(), v.nonEmpty('is empty'), v.description(description));
const duration = (description: string) =>
  v.pipe(
    v.string(),
    v.check(passes(parseDuration), 'is not a duration such as 15s, 5m, 6h, 1d'),
    v.description(description),
  );
/** Timers of the engine hold no more. */
const MOST_TIMER = 24 * 86_400_000;
const timer = (description: string) =>
  v.pipe(
    duration(description),
    v.check(
      (text) => !passes(parseDuration)(text) || parseDuration(text) <= MOST_TIMER,
      'is longer than 24d',
    ),
  );
/** What HTTP takes: without it a header fails at its first use, and a line break in one would be two. */
const header = passes((value) => validateHeaderValue('X', value));
const budget = v.pipe(
  v.string(),
  v.check(passes(parseBudget), 'is not a budget such as 1/week, 3/day, 1/month'),
  v.description('Most false incidents per series: 1/week, 3/day, 1/month.'),
);
const wholeNumber = (low: number, high: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high), v.description(description));
const labels = (description: string) => v.pipe(v.record(v.string(), v.string()), v.description(description));

/** A secret, given in place, by a file that is read at every use, or by an environment variable. */
const secret = {
  password: v.optional(text('The password itself; better a file or the environment.')),
  password_file: v.optional(text('File with the password, read at every use.')),
  password_env: v.optional(text('Environment variable with the password.')),
};
const credentials = {
  credentials: v.optional(text('The token itself; better a file or the environment.')),
  credentials_file: v.optional(text('File with the token, read at every use.')),
  credentials_env: v.optional(text('Environment variable with the token.')),
};

const tls = v.optional(
  v.strictObject({
    ca_file: v.optional(text('CA certificates, PEM.')),
    cert_file: v.optional(text('Client certificate, PEM.')),
    key_file: v.optional(text('Key of the client certificate, PEM.')),
    server_name: v.optional(text('Name that the certificate is checked against.')),
    insecure_skip_verify: v.optional(v.boolean()),
  }),
);

/** How an HTTP server is reached, as in Prometheus' own configuration. */
const endpoint = {
  url: v.pipe(
    v.string(),
    v.regex(/^https?:\/\/[^/@]+(\/|$)/, 'is not an http:// or https:// address without a password in it'),
    v.check((url) => URL.canParse(url), 'is not an address'),
    v.description('Address, with the path prefix if there is one.'),
  ),
  basic_auth: v.optional(v.strictObject({ username: text('User name.'), ...secret })),
  authorization: v.optional(
    v.strictObject({ type: v.optional(text('Default Bearer.'), 'Bearer'), ...credentials }),
  ),
  tenant: v.optional(v.pipe(text('Sent as X-Scope-OrgID.'), v.check(header, 'is not the value of a header'))),
  headers: v.optional(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.check(passes(validateHeaderName), 'is not the name of a header')),
        v.pipe(v.string(), v.check(header, 'is not the value of a header')),
      ),
      v.description('More headers.'),
    ),
  ),
  tls_config: tls,
  timeout: v.optional(timer('Most time per request.'), '30s'),
};

const endpointSchema = v.strictObject(endpoint);

const judging = {
  detector: v.optional(v.picklist(['auto'])),
  budget: v.optional(budget),
  sensitivity: v.optional(
    v.pipe(v.number(), v.minValue(0), v.maxValue(100), v.description('50 is the budget itself.')),
  ),
  direction: v.optional(
    v.pipe(v.picklist(['both', 'above', 'below']), v.description('Incidents of which direction are told.')),
  ),
  min_deviation: v.optional(
    v.pipe(
      v.number(),
      v.finite('is not finite'),
      v.minValue(0),
      v.description('Least distance from the expected value, in the unit of the series.'),
    ),
  ),
  min_severity: v.optional(
    v.pipe(v.number(), v.minValue(0), v.maxValue(100), v.description('Least severity that is told.')),
  ),
  missing: v.optional(
    v.strictObject({
      rule: v.pipe(
        v.picklist(['ignore', 'alert']),
        v.description('alert opens an incident where a series stays away.'),
      ),
      after: v.optional(duration('How long it must stay away.')),
    }),
  ),
  labels: v.optional(labels('Added to metrics and alerts.')),
};

const calendar = v.strictObject({
  name: v.optional(text('Name.')),
  days: v.optional(v.array(v.picklist(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']))),
  from: v.pipe(v.string(), v.regex(/^\d\d:\d\d$/, 'is not a time such as 02:00')),
  to: v.pipe(v.string(), v.regex(/^\d\d:\d\d$/, 'is not a time such as 04:30')),
  time_zone: v.optional(text('IANA zone, such as Europe/Berlin; default UTC.')),
});

const query = v.strictObject({
  name: v.pipe(text('Name, unique; the label `query` of metrics and alerts.'), v.maxLength(200)),
  source: v.optional(text('Name of the source; not needed where there is one.')),
  expr: text('PromQL.'),
  step: v.optional(duration('Time between points, 1s to 24d.'), '1m'),
  range: v.optional(duration('History that is read at the first start.'), '1d'),
  lateness: v.optional(timer('Time that a point is given to arrive at the source.')),
  unit: v.optional(text('Unit of the values, for reasons.')),
  together: v.optional(
    v.pipe(v.boolean(), v.description('Judge the series of the query as one system of several channels.')),
  ),
  exclude: v.optional(v.pipe(v.array(calendar), v.description('Times in which no incident is told.'))),
  link: v.optional(
    text('Address for alerts, with {start}, {end} (epoch ms), {query} and {label:NAME} filled in.'),
  ),
  ...judging,
  overrides: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          match: labels(
            'Labels, all of which must be equal; a value between slashes is a regular expression.',
          ),
          ...judging,
          drop: v.optional(v.pipe(v.boolean(), v.description('Do not watch these series.'))),
        }),
      ),
      v.description('Settings for some of the series; later ones win.'),
    ),
  ),
});

export const configSchema = v.strictObject({
  sources: v.pipe(
    v.record(v.string(), endpointSchema),
    v.check((all) => Object.keys(all).length > 0, 'names no source'),
    v.description('Prometheus, or a server with its API: Mimir, Thanos, VictoriaMetrics.'),
  ),
  queries: v.pipe(v.array(query), v.minLength(1, 'has no query')),
  outputs: v.optional(
    v.strictObject({
      metrics: v.optional(
        v.strictObject({
          series: v.optional(
            v.pipe(
              v.picklist(['all', 'incidents', 'none']),
              v.description('Of which series /metrics gives scores.'),
            ),
            'all',
          ),
        }),
        {},
      ),
      alertmanager: v.optional(
        v.array(
          v.strictObject({
            ...endpoint,
            resend: v.optional(duration('Time between repetitions of a firing alert.'), '1m'),
            labels: v.optional(labels('Added to every alert.')),
          }),
        ),
      ),
      webhook: v.optional(v.array(endpointSchema)),
      grafana: v.optional(
        v.array(
          v.strictObject({
            ...endpoint,
            dashboard_uid: v.optional(text('Dashboard the annotations belong to; default: all.')),
            panel_id: v.optional(wholeNumber(0, 1e9, 'Panel the annotations belong to.')),
            tags: v.optional(v.array(v.string()), ['heed']),
          }),
        ),
      ),
      remote_write: v.optional(v.array(endpointSchema)),
    }),
    {},
  ),
  redis: v.optional(
    v.pipe(
      v.strictObject({
        url: v.pipe(
          v.string(),
          v.regex(
            /^rediss?:\/\/[^/@]+(\/\d*)?$/,
            'is not redis://HOST:PORT/DB, or rediss:// for TLS, without a password in it',
          ),
          v.description('Address; rediss:// for TLS.'),
        ),
        username: v.optional(text('User name.')),
        ...secret,
        tls_config: tls,
        prefix: v.optional(
          v.pipe(
            v.string(),
            v.regex(/^[\w-]+$/, 'is not letters, digits, _ and -'),
            v.description('Before the names of all keys: several fleets may share one Redis.'),
          ),
          'heed',
        ),
        shards: v.optional(wholeNumber(1, 4096, "Parts that a query's series are split into."), 64),
      }),
      v.description('Share the work with the other machines that name the same Redis; it has the state.'),
    ),
  ),
  state: v.optional(
    v.strictObject({
      path: v.optional(text('Folder, made where it is missing. Without it nothing outlives a restart.')),
      every: v.optional(wholeNumber(1, 10_000, 'Rounds within which every series is written once.'), 10),
    }),
    {},
  ),
  server: v.optional(
    v.strictObject({
      listen: v.optional(
        v.pipe(
          v.string(),
          v.regex(/^(\[[0-9a-f:.]+\]|[^:]*):\d{1,5}$/i, 'is not HOST:PORT'),
          v.description('HOST:PORT; port 0 takes a free one.'),
        ),
        '127.0.0.1:9646',
      ),
      allowed_hosts: v.optional(
        v.pipe(
          v.array(
            v.pipe(
              v.string(),
              v.regex(/^(\[[0-9a-f:.]+\]|[^\s/?#@:\\[\]]+)(:\d{1,5})?$/i, 'is not NAME or NAME:PORT'),
            ),
          ),
          v.minLength(1, 'has no name'),
          v.description(
            'Names that requests may come under, alone: NAME, NAME:PORT, .NAME for all below it. ' +
              'Default: any; on loopback without basic_auth those of this machine.',
          ),
        ),
      ),
      basic_auth: v.optional(v.strictObject({ username: text('User name.'), ...secret })),
      tls_config: v.optional(
        v.strictObject({ cert_file: text('Certificate, PEM.'), key_file: text('Its key, PEM.') }),
      ),
    }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      series: v.optional(
        wholeNumber(1, 10_000_000, 'Most series per query; more is told and left out.'),
        10_000,
      ),
      shard: v.optional(
        v.pipe(
          v.string(),
          v.check((part) => parseShard(part) !== undefined, 'is not a part such as 0/4'),
          v.description('Watch this part of the series alone: I/N, I from 0. By a hash of their labels.'),
        ),
      ),
      workers: v.optional(wholeNumber(1, 256, 'Worker threads; default one per processor.')),
      forget: v.optional(duration('A series without values for so long is forgotten.'), '1d'),
      catch_up: v.optional(duration('Longest hole that is read again.'), '1d'),
      queue: v.optional(wholeNumber(1, 10_000_000, 'Most messages that wait for one output.'), 10_000),
      answer_bytes: v.optional(
        wholeNumber(1_000, 4e9, 'Largest answer of a source that is read.'),
        512 * 1024 * 1024,
      ),
    }),
    {},
  ),
});

export type ConfigFile = v.InferOutput<typeof configSchema>;
export type EndpointFile = v.InferOutput<typeof endpointSchema>;

/** The configuration file's JSON Schema, for editors. */
export function configJsonSchema(): object {
  return {
    ...toJsonSchema(configSchema, { typeMode: 'input', errorMode: 'ignore' }),
    title: 'heed serve',
    description: 'Configuration of heed serve.',
  };
}
