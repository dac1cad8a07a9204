import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig, readConfig } from './config.js';
import { configJsonSchema } from './schema.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-config-'));
  writeFileSync(join(folder, 'token'), 'secret-1\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const least = `sources:
  main:
    url: http://localhost:9090/
queries:
  - name: errors
    expr: rate(errors_total[5m])
`;

test('the least that is needed, and its defaults', () => {
  const config = parseConfig(least);
  expect(config.sources['main']!.url).toBe('http://localhost:9090');
  expect(config.queries[0]).toMatchObject({
    source: 'main',
    step: 60_000,
    range: 86_400_000,
    lateness: 10_000,
    together: false,
  });
  expect(config.queries[0]!.chooseJudgment({})).toMatchObject({ budget: '1/week', direction: 'both' });
  expect(config.server).toMatchObject({ host: '127.0.0.1', port: 9646 });
});

test('overrides: later ones win, patterns fit whole values, some series are dropped', () => {
  const [query] = parseConfig(`${least}    budget: 1/day
    labels: { team: shop }
    overrides:
      - match: { job: /batch.*/ }
        budget: 1/month
        labels: { tier: low }
      - match: { job: batch-2, zone: a }
        direction: below
        missing: { rule: alert, after: 10m }
      - match: { job: tmp }
        drop: true
`).queries;
  expect(query!.chooseJudgment({ job: 'web' })).toMatchObject({ budget: '1/day', labels: { team: 'shop' } });
  expect(query!.chooseJudgment({ job: 'batch-2', zone: 'a' })).toMatchObject({
    budget: '1/month',
    direction: 'below',
    missingAfter: 600_000,
    labels: { team: 'shop', tier: 'low' },
  });
  expect(query!.chooseJudgment({ job: 'my-batch' })).toMatchObject({ budget: '1/day' });
  expect(query!.chooseJudgment({ job: 'tmp' })).toBeUndefined();
});

test('secrets come from files, read at every use, and from the environment', () => {
  const { sources } = parseConfig(`sources:
  a: { url: http://a, authorization: { credentials_file: ${folder}/token }, tenant: team-1, headers: { X-More: "1" } }
  b: { url: http://b, basic_auth: { username: me, password_env: HOME } }
queries: [{ name: q, source: a, expr: up }]
`);
  expect(sources['a']!.authorize!()).toBe('Bearer secret-1');
  writeFileSync(join(folder, 'token'), 'secret-2\n');
  expect(sources['a']!.authorize!()).toBe('Bearer secret-2');
  expect(sources['a']!.headers).toEqual({ 'X-Scope-OrgID': 'team-1', 'X-More': '1' });
  expect(sources['b']!.authorize!()).toBe(
    `Basic ${Buffer.from(`me:${process.env['HOME']!}`).toString('base64')}`,
  );
});

describe('what is wrong is told with its line', () => {
  test.each([
    ['sources: {\n', /heed.yaml, line [23]: /],
    ['queries: []\n', /line 1: sources is missing/],
    [`${least}    stepp: 1m\n`, /line 7: queries\.0\.stepp is no setting/],
    [`${least}    step: 1x\n`, /line 7: queries\.0\.step is not a duration/],
    [`${least}    step: 100ms\n`, /line 7: the step of "errors" is 100ms\. Give 1s to 24d/],
    [`${least}    step: 25d\n`, /line 7: .*25d/],
    [`${least}    budget: often\n`, /line 7: .*is not a budget/],
    [`${least}    source: other\n`, /line 7: "errors" names the source "other"/],
    [`${least}  - { name: errors, expr: up }\n`, /line 7: the query "errors" is there twice/],
    [`${least}    sensitivity: high\n`, /line 7: queries\.0\.sensitivity is "high", not number/],
    [`${least}    overrides:\n      - match: { a: /(/ }\n`, /line 8: .*not a regular expression/],
    [
      `${least}    exclude:\n      - { from: "02:00", to: "03:00", time_zone: Mars/Base }\n`,
      /line 7: .*Mars\/Base/,
    ],
    [
      least.replace('http://localhost:9090/', 'http://me:secret@localhost'),
      /line 3: sources\.main\.url is not an http/,
    ],
    [
      least.replace('queries:', '    basic_auth: { username: me, password_file: /nowhere/x }\nqueries:'),
      /line 4: \/nowhere\/x cannot be read/,
    ],
    [
      least.replace('queries:', '    authorization: { credentials_env: HEED_NO_SUCH }\nqueries:'),
      /line 4: the environment variable HEED_NO_SUCH is not set/,
    ],
    [`${least}server:\n  listen: "9646"\n`, /line 8: server\.listen is not HOST:PORT/],
    [
      `${least}server:\n  allowed_hosts: ["a/b"]\n`,
      /line 8: server\.allowed_hosts\.0 is not NAME or NAME:PORT/,
    ],
    [`${least}server:\n  allowed_hosts: []\n`, /line 8: server\.allowed_hosts has no name/],
    [`${least}limits:\n  workers: 0\n`, /line 8: limits\.workers is 0/],
    // Aliases of aliases that stand for 10¹⁰ values.
    [
      `a0: &a0 [${'x,'.repeat(10)}]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]\n`).join('')}`,
      /^heed\.yaml: the aliases stand for too much/,
    ],
    [`${least}    unit: *nothing\n`, /^heed\.yaml: Unresolved alias .*: nothing\. /],
    [`${least}    lateness: 0s\n`, /lateness is not a duration/],
    // The parser calls itself for each level.
    ['['.repeat(200_000), /line 1: values are nested too deep/],
    [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, /nested too deep/],
    [Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /line 100: values are nested/],
    [`${'- '.repeat(5_000)}a`, /nested too deep/],
    // And compares each key with all before it.
    [`${least}${Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join('')}`, /more than 5000 keys/],
    [`{${Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join(',')}}`, /more than 5000 keys/],
    [least.replace('http://localhost:9090/', '"http://a:99999/"'), /sources\.main\.url is not an address/],
    [
      least.replace('queries', '    headers: { X-A: "b\\r\\nX: c" }\nqueries'),
      /is not the value of a header/,
    ],
    [least.replace('queries', '    headers: { "a b": c }\nqueries'), /is not the name of a header/],
    [least.replace('queries', '    tenant: "a\\nb"\nqueries'), /tenant is not the value of a header/],
    [least.replace('queries', '    timeout: 25d\nqueries'), /timeout is longer than 24d/],
    [`${least}    lateness: 25d\n`, /lateness is longer than 24d/],
    [`${least}    min_deviation: .inf\n`, /min_deviation is not finite/],
    [`${least}    budget: ${'9'.repeat(400)}/week\n`, /is not a budget/],
    [`${least}    budget: 1/constructor\n`, /is not a budget/],
  ])('%.200j', (text, message) => {
    expect(() => parseConfig(text)).toThrow(message);
  });

  test('a password is in no message', () => {
    const text = least.replace(
      'queries:',
      '    basic_auth: { username: me, password: hunter2, pasword: hunter2 }\nqueries:',
    );
    try {
      parseConfig(text);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('hunter2');
    }
  });
});

test('the JSON Schema takes what the reader takes, and refuses unknown settings', () => {
  const validate = new Ajv({ strict: false }).compile(configJsonSchema());
  expect(validate(parse(least))).toBe(true);
  expect(validate(parse(`${least}    stepp: 1m\n`))).toBe(false);
  expect(validate({ sources: {} })).toBe(false);
});

test('a file that can be no configuration is not read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heed-config-'));
  const file = join(folder, 'disk.img');
  writeFileSync(file, '');
  truncateSync(file, 3 * 2 ** 30);
  expect(() => readConfig(file)).toThrow(/disk\.img is larger than the 16 MB/);
  rmSync(folder, { recursive: true });
});
