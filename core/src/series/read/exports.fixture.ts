/** The same two series as tools export them: one generator per layout that the readers know. */
import { gzipSync } from 'node:zlib';
import { jsonExports } from './exports-json.fixture.js';
import { toolExports } from './exports-tools.fixture.js';
import {
  both,
  clock,
  day,
  english,
  german,
  iso,
  lines,
  local,
  long,
  pad,
  times,
  utf16,
  wide,
  type Layout,
} from './sample.fixture.js';

/** Tables of text. */
const tables: Readonly<Record<string, Layout>> = {
  'plain CSV': { channels: 2, write: (s) => wide(s, 'time,a,b', (ms, a, b) => `${iso(ms)},${a},${b}`) },
  'CSV without names': { channels: 2, write: (s) => wide(s, '', (ms, a, b) => `${iso(ms)},${a},${b}`) },
  'CSV for Excel by Grafana': {
    channels: 1,
    write: (s) =>
      `sep=,\r\n"Time","latency"\r\n${times(s)
        .map((ms, t) => `${local(ms)},${s.a[t]}`)
        .join('\r\n')}\r\n`,
  },
  'formatted values of Grafana': {
    channels: 1,
    decimals: 2,
    unit: 'ms',
    write: (s) => wide(s, '"Time","latency"', (ms, a) => `${local(ms)},${a.toFixed(2)} ms`),
  },
  'bytes of Grafana': {
    channels: 1,
    unit: 'bytes',
    factor: 2 ** 20,
    write: (s) =>
      wide(
        s,
        '"Time","heap"',
        (ms, a) => `${local(ms)},${a < 1000 ? `${a} MiB` : `${(a / 1024).toFixed(9)} GiB`}`,
      ),
  },
  'series to rows of Grafana': {
    channels: 2,
    write: (s) =>
      lines(
        '"Series";"Time";"Value"',
        ...both(s).flatMap(([host, values]) =>
          times(s).map((ms, t) => `"${host}";"${iso(ms)}";${values[t]}`),
        ),
      ),
  },
  'long table': {
    channels: 2,
    write: (s) => long(s, 'time,host,region,value', (ms, host, value) => `${iso(ms)},${host},eu,${value}`),
  },
  'long table of two metrics': {
    channels: 2,
    write: (s) =>
      lines(
        'ts,metric,value',
        ...times(s).flatMap((ms, t) => [`${ms / 1000},cpu,${s.a[t]}`, `${ms / 1000},memory,${s.b[t]}`]),
      ),
  },
  'annotated CSV of InfluxDB': {
    channels: 2,
    write: (s) =>
      lines(
        '#group,false,false,true,true,false,false,true,true',
        '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string',
        '#default,_result,,,,,,,',
        ',result,table,_start,_stop,_time,_value,_field,host',
        ...both(s).flatMap(([host, values], i) =>
          times(s).map(
            (ms, t) => `,,${i},${iso(s.start)},${iso(s.start + 1e9)},${iso(ms)},${values[t]},usage,${host}`,
          ),
        ),
      ),
  },
  Splunk: {
    channels: 1,
    write: (s) =>
      wide(s, '"_time",count,"_span"', (ms, a) => `"${iso(ms).replace('Z', '.000+0000')}",${a},60`),
  },
  Kibana: {
    channels: 1,
    write: (s) =>
      wide(s, '"@timestamp per minute","Average of cpu"', (ms, a) => {
        const date = new Date(ms);
        const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
        return `"${month} ${date.getUTCDate()}, ${date.getUTCFullYear()} @ ${clock(ms)}.000","${english(a)}"`;
      }),
  },
  'German table': {
    channels: 2,
    write: (s) => wide(s, 'Zeit;a;b', (ms, a, b) => `${day(ms)} ${clock(ms)};${german(a)};${german(b)}`),
  },
  'French table': {
    channels: 2,
    write: (s) =>
      wide(s, 'Date;a;b', (ms, a, b) =>
        [
          local(ms),
          ...[a, b].map((value) => english(value).replaceAll(',', '\u202f').replace('.', ',')),
        ].join(';'),
      ),
  },
  'groups of thousands in quotes': {
    channels: 2,
    decimals: 0,
    write: (s) =>
      wide(s, '"Time","a","b"', (ms, a, b) => `"${iso(ms)}","${english(a, 0)}","${english(b, 0)}"`),
  },
  'German groups without decimals': {
    channels: 2,
    decimals: 0,
    write: (s) => wide(s, 'Zeit;a;b', (ms, a, b) => `${iso(ms)};${german(a, 0)};${german(b, 0)}`),
  },
  'date and time in two columns': {
    channels: 2,
    write: (s) => wide(s, 'Date;Time;a;b', (ms, a, b) => `${day(ms)};${clock(ms)};${german(a)};${german(b)}`),
  },
  'AM and PM': {
    channels: 1,
    write: (s) =>
      wide(s, 'time,a', (ms, a) => {
        const date = new Date(ms);
        const hour = date.getUTCHours();
        const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
        return `"${month} ${date.getUTCDate()}, ${date.getUTCFullYear()} ${hour % 12 || 12}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}",${a}`;
      }),
  },
  'epoch nanoseconds': {
    channels: 2,
    write: (s) => wide(s, 'time,a,b', (ms, a, b) => `${ms}000000,${a},${b}`),
  },
  'Excel day numbers': {
    channels: 1,
    write: (s) => wide(s, 'Date,a', (ms, a) => `${(ms / 86_400_000 + 25_569).toFixed(9)},${a}`),
  },
  'preamble, units and totals': {
    channels: 2,
    unit: 'ms',
    write: (s) =>
      lines(
        'Logger: DS1922T',
        'Samples: many',
        '',
        wide(s, 'Date/Time,a,b\n,ms,kW', (ms, a, b) => `${local(ms)},${a},${b}`).trim(),
        'Total,1,2',
      ),
  },
  'index column of pandas': {
    channels: 2,
    write: (s) => lines(',time,a,b', ...times(s).map((ms, t) => `${t},${iso(ms)},${s.a[t]},${s.b[t]}`)),
  },
  'columns of two levels of pandas': {
    channels: 2,
    write: (s) => wide(s, ',cpu,cpu\n,mean,max\ntime,,', (ms, a, b) => `${local(ms)},${a},${b}`),
  },
  'UTF-16 with tabs': {
    channels: 1,
    write: (s) => utf16(wide(s, 'time\ta', (ms, a) => `${local(ms)}\t${a}`)),
  },
  'Windows-1252': {
    channels: 1,
    unit: '°C',
    write: (s) =>
      Uint8Array.from(
        wide(s, 'Zeit;Wärme [°C]', (ms, a) => `${local(ms)};${german(a)}`),
        (one) => one.charCodeAt(0),
      ),
  },
  'aligned text': {
    channels: 2,
    write: (s) => wide(s, 'time  a  b', (ms, a, b) => `${ms / 1000}   ${a}\t${b} `),
  },
  'rules and bars': {
    channels: 1,
    write: (s) => wide(s, ' time | a \n------+-----', (ms, a) => ` ${local(ms)} | ${a} `),
  },
  gzip: {
    channels: 1,
    write: (s) => new Uint8Array(gzipSync(wide(s, 'time,a', (ms, a) => `${iso(ms)},${a}`))),
  },
  'logger with names, units and kinds of means': {
    channels: 2,
    write: (s) =>
      wide(
        s,
        '"TOA5","CR1000"\n"TIMESTAMP","RECORD","a","b"\n"TS","RN","Deg C","m/s"\n"","","Avg","Smp"',
        (ms, a, b) => `"${local(ms)}",${Math.round((ms - s.start) / s.step)},${a},${b}`,
      ),
  },
  'rrdtool fetch': {
    channels: 2,
    write: (s) =>
      wide(
        s,
        '           a          b\n',
        (ms, a, b) => `${ms / 1000}: ${a.toExponential(10)} ${b.toExponential(10)}`,
      ),
  },
  'epoch seconds without a name': {
    channels: 2,
    write: (s) => wide(s, '', (ms, a, b) => `${a},${b},${ms / 1000}`),
  },
  'digits of day and minute': {
    channels: 1,
    write: (s) =>
      wide(
        s,
        'STATION;MESS_DATUM;TT;eor',
        (ms, a) => `  44;${iso(ms).replace(/[-:T]/g, '').slice(0, 12)};  ${a};eor`,
      ),
  },
  'a series per row': {
    channels: 2,
    write: (s) =>
      lines(
        ['host', 'region', ...times(s).map(local)].join(','),
        ...both(s).map(([host, values]) => [host, 'eu', ...values].join(',')),
      ),
  },
  'access log times': {
    channels: 1,
    write: (s) =>
      wide(s, 'time,bytes', (ms, a) => {
        const [, date, month, year] = /^\w+, (\d+) (\w+) (\d+)/.exec(new Date(ms).toUTCString())!;
        return `[${date}/${month}/${year}:${clock(ms)} +0000],${a}`;
      }),
  },
  'text of Prometheus': {
    channels: 2,
    write: (s) =>
      lines(
        '# TYPE up gauge',
        ...both(s).flatMap(([host, values]) =>
          times(s).map((ms, t) => `up{instance="${host}"} ${values[t]} ${ms}`),
        ),
      ),
  },
  'line protocol of InfluxDB': {
    channels: 2,
    write: (s) =>
      lines(
        ...times(s).map(
          (ms, t) => `cpu,host=a,os=Linux\\ 6 a=${s.a[t]},b=${s.b[t]},state="a, b" ${ms}000000`,
        ),
      ),
  },
  'raw text of Graphite': {
    channels: 2,
    write: (s) =>
      lines(
        ...both(s).map(
          ([host, values]) =>
            `${host}.cpu,${s.start / 1000},${(s.start + values.length * s.step) / 1000},${s.step / 1000}|${values.join(',')}`,
        ),
      ),
  },
  logfmt: {
    channels: 1,
    unit: 'ms',
    write: (s) =>
      lines(...times(s).map((ms, t) => `time=${iso(ms)} level=info msg="done, ok" took=${s.a[t]}ms`)),
  },
};

/** Every layout by name; docs/formats.md shows the same ones. */
export const layouts: Readonly<Record<string, Layout>> = { ...tables, ...jsonExports, ...toolExports };
