import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readText } from '../series/index.js';
import { layouts } from './layouts.js';

const page = fileURLToPath(new URL('../../../docs/formats.md', import.meta.url));

/** Names and samples of a page, by its headings: every second part stands between fences. */
function samplesOf(markdown: string): Record<string, { name: string; sample: string }[]> {
  const sections = markdown.split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.flatMap((section) => {
      const parts = section.split(/^```/m);
      const list = parts.slice(0, -1).flatMap((text, i) => {
        const name = [...text.matchAll(/^\*\*([^*]+)\*\*/gm)].at(-1)?.[1];
        return i % 2 === 0 && name ? [{ name, sample: parts[i + 1]!.trim() }] : [];
      });
      return list.length > 0 ? [[section.slice(0, section.indexOf('\n')), list]] : [];
    }),
  );
}

/** What the samples hold: points, then names of channels, with words of the note that names the layout. */
const held: Readonly<Record<string, readonly [points: number, channels: readonly string[], note?: string]>> =
  {
    'A column per series': [2, ['latency', 'errors']],
    'CSV of Grafana': [2, ['heap']],
    'Long tables': [2, ['web-1', 'web-2'], 'long table'],
    InfluxDB: [2, ['_value']],
    'Kibana, Splunk': [2, ['Average of cpu']],
    'Tables that databases draw': [2, ['cpu'], 'types of the columns'],
    'Tables with a series per row': [4, ['web-1 eu', 'web-2 us'], 'series per row'],
    'Tables below a rule of dashes': [2, ['cpu']],
    'Records of psql and MySQL': [2, ['cpu'], 'line of its own'],
    'Times in parts': [3, ['load']],
    'Tables with a row per day': [16, ['value'], 'row per day'],
    Loggers: [2, ['AirTC_Avg'], 'units of the columns'],
    'Tables with titles, comments or totals around them': [3, ['temp'], 'before the table'],
    'Prometheus text': [3, ['up'], 'text of Prometheus'],
    'promtool query': [2, ['up'], 'output of promtool'],
    'InfluxDB line protocol': [3, ['cpu usage', 'cpu idle'], 'line protocol'],
    logfmt: [3, ['took'], 'logfmt'],
    Records: [3, ['cpu.user']],
    Columns: [2, ['latency']],
    'Prometheus, Mimir, Thanos, Loki': [2, ['up{instance="a"}', 'up{instance="b"}'], 'answer of Prometheus'],
    VictoriaMetrics: [
      2,
      ['up{instance="a"}', 'up{instance="b"}', 'up{instance="c"}'],
      'export of VictoriaMetrics',
    ],
    'InfluxDB 1.x': [2, ['mean'], 'answer of InfluxDB'],
    CloudWatch: [2, ['Latency'], 'answer of CloudWatch'],
    Datadog: [2, ['system.cpu.user'], 'answer of Datadog'],
    Dynatrace: [2, ['host.cpu'], 'answer of Dynatrace'],
    Netdata: [2, ['user', 'system'], 'answer of Netdata'],
    OpenTSDB: [2, ['sys.cpu'], 'answer of OpenTSDB'],
    Elasticsearch: [2, ['cpu'], 'aggregation of Elasticsearch'],
    OpenTelemetry: [2, ['latency'], 'OpenTelemetry'],
    'Home Assistant': [3, ['sensor.power'], 'history of Home Assistant'],
    'Zabbix, Splunk, New Relic': [3, ['value'], 'history of Zabbix'],
    'SQL engines': [2, ['cpu']],
    'Data of charts': [2, ['cpu', 'mem'], 'data of a chart'],
    Grafana: [2, ['cpu'], 'data frames of Grafana'],
    'Azure Monitor': [2, ['Percentage CPU'], 'answer of Azure Monitor'],
    'Google Cloud Monitoring': [2, ['cpu/utilization'], 'Google Cloud Monitoring'],
    'CloudWatch Logs Insights': [2, ['avg(cpu)']],
    'Lists under one part of an object': [3, ['temperature_2m'], 'found under "hourly"'],
    'Rows of cells': [3, ['column 2']],
  };
/** Two samples go by these names, one of a table or lines and one of JSON. */
const heldTwice: typeof held = {
  'Tables of text pandas': [2, ['latency']],
  'JSON pandas': [2, ['cpu', 'memory']],
  'Lines of measurements Graphite': [3, ['web.cpu', 'web.mem', 'web.net'], 'raw text of Graphite'],
  'JSON Graphite': [2, ['web.cpu'], 'answer of Graphite'],
};

it('reads every sample that heed formats prints and docs/formats.md shows, which are the same', () => {
  expect(existsSync(page)).toBe(true);
  const shown = samplesOf(readFileSync(page, 'utf8'));
  expect(shown).toEqual(layouts);
  const samples = Object.entries(shown).flatMap(([group, list]) => list.map((one) => ({ group, ...one })));
  expect(samples.length).toBe(Object.keys(held).length + Object.keys(heldTwice).length);
  for (const { group, name, sample } of samples) {
    expect(sample.split('\n').length, name).toBeGreaterThanOrEqual(3);
    const [points, channels, note = ''] = (heldTwice[`${group} ${name}`] ?? held[name])!;
    const { series, notes } = readText(sample);
    expect(
      { points: series.time.length, channels: series.channels.map((channel) => channel.name) },
      name,
    ).toEqual({ points, channels });
    expect(notes.join(' '), name).toContain(note);
    // A point per minute, or hour, from midnight on; no value is missing but the one that Graphite calls None.
    expect(new Date(series.time[0]!).toISOString(), name).toBe('2026-03-02T00:00:00.000Z');
    expect([60_000, 3_600_000], name).toContain(series.time[1]! - series.time[0]!);
    const missing = series.channels.flatMap(({ values }) => [...values]).filter(Number.isNaN).length;
    expect(missing, name).toBe(sample.includes('None') ? 1 : 0);
  }
});
