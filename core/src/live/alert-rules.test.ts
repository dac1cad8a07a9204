import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertRules, serveConfig } from './alert-rules.js';

const hostile = [
  'latency',
  `it's "p95": {a} # 1`,
  'a\nb',
  "'",
  '- x',
  '${x}',
  '{{ $labels.a }}',
  '__proto__',
];

it.each(hostile)('writes YAML that holds the query %j as it is', (name) => {
  const expr = `rate(x{a="${name.replace(/["\n\\]/g, '')}"}[1m]) # '`;
  const config = parse(serveConfig({ name, expr, budget: '1/week', step: 15_000, together: true })) as object;
  expect(config).toMatchObject({
    queries: [{ name, expr, step: '15s', budget: '1/week', together: true }],
  });
  const selector = `heed_incident{query=${JSON.stringify(name)}} == 1`;
  const prometheus = parse(alertRules('1/week', false, name)) as {
    groups: { rules: { expr: string }[] }[];
  };
  expect(prometheus.groups[0]!.rules.map((rule) => rule.expr).slice(0, 2)).toEqual([
    selector,
    `${selector} and heed_severity{query=${JSON.stringify(name)}} > 50`,
  ]);
  const grafana = parse(alertRules('1/week', true, name)) as {
    groups: { rules: { data: { model: { expr: string } }[] }[] }[];
  };
  expect(grafana.groups[0]!.rules[0]!.data[0]!.model.expr).toBe(selector);
});

it('alerts on all queries where none is named', () => {
  expect(alertRules('1/day', false)).toContain('expr: heed_incident == 1\n');
  expect(alertRules('1/day', true)).toContain('expr: heed_incident == 1\n');
});
