/** Texts in which every line is a measurement of its own: metrics as programs send them, and logs of key=value. */
import { HeedError } from '../../errors.js';
import { unitOfName } from '../units.js';
import { epochToMs, guessEpochUnit } from './epoch.js';
import type { ReadOptions, ReadResult } from './options.js';
import { joinPoints, withNotes, type PointSeries } from './points.js';
import { seriesFromRecords, type SeriesRecord } from './records.js';
import { nameSeries, type SeriesLabels } from './series-names.js';
import { listNames, shorten } from './words.js';

interface Line {
  readonly text: string;
  readonly line: number;
}

interface LineLayout {
  /** What a line looks like. */
  readonly line: RegExp;
  read(lines: readonly Line[], options: ReadOptions): ReadResult;
}

const value = String.raw`[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|NaN|Inf)`;
const exposed = new RegExp(
  String.raw`^([A-Za-z_:][\w:]*)?(?:\{(.*)\})?\s+(${value})(?:\s+(-?\d[\d.]*))?(?:\s+#.*)?$`,
  'i',
);
const point =
  /^((?:\\.|[^\s\\])+?) ((?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+=(?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+) (\d{9,19})$/;
const pair = /([\w.@/-]+)=("(?:\\.|[^"\\])*"|\S*)/g;

/** Points of many series, in order of their first lines. */
class Points {
  private readonly found = new Map<string, { labels: SeriesLabels; times: number[]; values: unknown[] }>();

  add(key: string, labels: () => SeriesLabels, time: number, number: unknown): void {
    let own = this.found.get(key);
    if (!own) this.found.set(key, (own = { labels: labels(), times: [], values: [] }));
    own.times.push(time);
    own.values.push(number);
  }

  join(layout: string, options: ReadOptions): ReadResult {
    const all = [...this.found.values()];
    const names = nameSeries(
      all.map(({ labels }) => labels),
      'value',
    );
    const series = all.map(({ labels, times, values }, i): PointSeries => {
      const unit = unitOfName(labels['__name__'] ?? '');
      return { name: names[i]!, ...(unit === undefined ? {} : { unit }), times, values };
    });
    return joinPoints(series, layout, options);
  }
}

function broken(layout: string, { text, line }: Line, options: ReadOptions): HeedError {
  return new HeedError(
    'bad-csv',
    `"${shorten(text)}" is no line of ${layout}`,
    'Correct the line, or take it out.',
    { file: options.name, line },
  );
}

/** `instance="a",job="node"`. */
function labelsIn(text: string): SeriesLabels {
  return Object.fromEntries(
    [...text.matchAll(/([A-Za-z_]\w*)\s*=\s*"((?:\\.|[^"\\])*)"/g)].map(([, key, cell]) => [
      key!,
      cell!.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? ' ' : one)),
    ]),
  );
}

/** The text that Prometheus scrapes and promtool dumps: `up{instance="a"} 1 1772409600000`. */
const exposition: LineLayout = {
  line: new RegExp(
    String.raw`^(?:[A-Za-z_:][\w:]*)?\{\s*[A-Za-z_]\w*\s*=\s*".*\}\s+${value}(?:\s+-?\d[\d.]*)?(?:\s+#.*)?$`,
    'i',
  ),
  read(lines, options) {
    const layout = 'text of Prometheus';
    const points = new Points();
    for (const line of lines) {
      const match = exposed.exec(line.text);
      if (!match) throw broken(layout, line, options);
      const [, name, inner = '', number, time] = match;
      if (time === undefined) {
        throw new HeedError(
          'bad-time',
          `"${shorten(line.text)}" has no time: this is one moment of a target, not a series`,
          'Give the answer of /api/v1/query_range, or read from the server with --prometheus and --query.',
          { file: options.name, line: line.line },
        );
      }
      const labels = (): SeriesLabels => ({
        ...(name === undefined ? {} : { __name__: name }),
        ...labelsIn(inner),
      });
      const at = Number(time);
      points.add(`${name ?? ''}{${inner}`, labels, epochToMs(at, guessEpochUnit(at)), number);
    }
    return points.join(layout, options);
  },
};

/** What `promtool query` prints: a series, then its points, or both in one line: `up{instance="a"} => 1 @[1772409600]`. */
const queried: LineLayout = {
  line: new RegExp(String.raw`^(?:.*\S =>(?: ${value} @\[\d[\d.]*\])?|${value} @\[\d[\d.]*\])$`, 'i'),
  read(lines, options) {
    const layout = 'output of promtool';
    const points = new Points();
    let selector = '';
    for (const line of lines) {
      const match = this.line.test(line.text)
        ? /^(?:(.*\S) =>\s*)?(?:(\S+) @\[(.+)\])?$/.exec(line.text)
        : null;
      if (!match) throw broken(layout, line, options);
      selector = match[1] ?? selector;
      if (match[2] === undefined) continue;
      const [name = '', inner = ''] = selector.split(/\{(.*)\}$/);
      const labels = (): SeriesLabels => ({ ...(name === '' ? {} : { __name__: name }), ...labelsIn(inner) });
      points.add(selector, labels, 1000 * Number(match[3]), match[2]);
    }
    return points.join(layout, options);
  },
};

/** The line protocol of InfluxDB: `cpu,host=a usage=19.4,idle=80i 1772409600000000000`. */
const lineProtocol: LineLayout = {
  line: point,
  read(lines, options) {
    const layout = 'line protocol of InfluxDB';
    const points = new Points();
    const fields = new Set<string>();
    const left = new Set<string>();
    const split = (text: string): string[] => text.match(/(?:"(?:\\.|[^"\\])*"|\\.|[^,"\\])+/g) ?? [];
    const plain = (text: string): string => text.replace(/\\(.)/g, '$1');
    const read = lines.map((line) => {
      const match = point.exec(line.text);
      if (!match) throw broken(layout, line, options);
      const [measurement = '', ...tags] = split(match[1]!);
      const own = split(match[2]!).map((field): [string, string] => {
        const at = field.indexOf('=');
        return [plain(field.slice(0, at)), field.slice(at + 1)];
      });
      for (const [field] of own) fields.add(field);
      return { measurement: plain(measurement), tags, own, time: Number(match[3]) };
    });
    for (const { measurement, tags, own, time } of read) {
      for (const [field, text] of own) {
        // Texts and truth values are no measurements; i and u end integers.
        if (/^["tf]/i.test(text)) {
          left.add(field);
          continue;
        }
        const name = fields.size > 1 ? `${measurement} ${field}` : measurement;
        const labels = (): SeriesLabels => ({
          __name__: name,
          ...Object.fromEntries(
            tags.map((tag) => {
              const at = tag.indexOf('=');
              return [plain(tag.slice(0, at)), plain(tag.slice(at + 1))];
            }),
          ),
        });
        const ms = epochToMs(time, guessEpochUnit(time));
        points.add(`${name},${tags.join(',')}`, labels, ms, text.replace(/[iu]$/, ''));
      }
    }
    return withNotes(points.join(layout, options), [
      ...(left.size > 0 ? [`Left out, as they hold texts or true and false: ${listNames([...left])}.`] : []),
    ]);
  },
};

/** Graphite, `render?format=raw`: `web.cpu,1772409600,1772413200,60|19.4,None,21.1`. */
const graphiteRaw: LineLayout = {
  line: /^(.+),(\d{9,10}),(\d{9,10}),(\d+)\|(.*)$/,
  read(lines, options) {
    const layout = 'raw text of Graphite';
    const series = lines.map((line): PointSeries => {
      const match = this.line.exec(line.text);
      if (!match) throw broken(layout, line, options);
      const [, name, start, , step, cells] = match;
      const values = cells!.split(',');
      return { name: name!, times: values.map((_, t) => 1000 * (Number(start) + t * Number(step))), values };
    });
    return joinPoints(series, layout, options);
  },
};

/** logfmt: `time=2026-03-02T00:00:00Z level=info duration=12ms`. */
const logfmt: LineLayout = {
  line: /^[\w.@/-]+=(?:"(?:\\.|[^"\\])*"|\S*)(?:\s+[\w.@/-]+=(?:"(?:\\.|[^"\\])*"|\S*))+$/,
  read(lines, options) {
    const records = lines.map(({ text }): SeriesRecord =>
      Object.fromEntries(
        [...text.matchAll(pair)].map(([, key, cell]) => [
          key!,
          cell!.startsWith('"') ? cell!.slice(1, -1).replace(/\\(.)/g, '$1') : cell!,
        ]),
      ),
    );
    const result = seriesFromRecords(
      records,
      options,
      lines.map(({ line }) => line),
    );
    return { ...result, notes: ['Every line holds names and values (logfmt).', ...result.notes] };
  },
};

const layouts: readonly LineLayout[] = [exposition, queried, graphiteRaw, lineProtocol, logfmt];

function contentLines(text: string): Line[] {
  return text
    .split(/\r\n|[\r\n]/)
    .map((line, i) => ({ text: line.trim(), line: i + 1 }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'));
}

/** The layout of a text by its beginning; null where it is a table. */
export function lineLayout(head: string): ((text: string, options: ReadOptions) => ReadResult) | null {
  if (!/[={|]/.test(head)) return null;
  // The last line of a piece may be cut.
  const lines = contentLines(head).slice(0, 20);
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const layout = layouts.find(
    ({ line }) =>
      whole.length > 0 &&
      whole.every(({ text }) => (text.length < 4000 || line === graphiteRaw.line ? line.test(text) : false)),
  );
  if (!layout) return null;
  return (text, options) => layout.read(contentLines(text), options);
}
