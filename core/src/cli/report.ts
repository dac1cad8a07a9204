import { plotAttended, plotDetection, plotEvent } from '../plot/index.js';
import { escapeXml as escape } from '../plot/svg.js';
import { severityClass } from '../detection/severity.js';
import type { AnomalyEvent, Detection } from '../detection/types.js';
import type { InputSummary } from '../series/index.js';
import type { Series } from '../series/series.js';
import { channelShares, listFacts, rows, SeriesClock } from './facts.js';

export interface ReportOptions {
  readonly timeZone: string;
  /** How the report was made: the command line. */
  readonly command?: string;
  /** What was understood of the input. */
  readonly input?: InputSummary;
}

/** Events beyond this are in the list, but have no pictures of their own. */
const mostDetailed = 40;
const wide = 960;
const narrow = 380;

const style = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--text:#1d2430;--faint:#5c6675;--line:#dde1e7;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1b2129;--text:#e6e9ee;--faint:#a0a9b6;--line:#333c48;--link:#79b8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:0 0 8px}
h3{font-size:1rem;margin:20px 0 6px}
a{color:var(--link)}
p{margin:6px 0}
.lead{font-size:1.05rem;margin-bottom:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:16px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}
dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th{text-align:left;color:var(--faint);font-weight:600;font-size:.85rem}
th,td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.number{white-space:nowrap;font-variant-numeric:tabular-nums}
.severity{display:inline-flex;align-items:center;gap:8px;white-space:nowrap}
.track{width:72px;height:10px;border-radius:5px;background:var(--line);overflow:hidden;flex:none}
.fill{height:100%}
figure{margin:12px 0 0}
figure svg{display:block;max-width:100%;height:auto;border-radius:8px}
.narrow{display:none}
.notes{color:var(--faint)}
.back{float:right;font-size:.9rem}
footer{color:var(--faint);font-size:.9rem;margin-top:24px;overflow-wrap:anywhere}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9em}
@media(max-width:640px){.wide{display:none}.narrow{display:block}.card{padding:14px 12px}
dl{grid-template-columns:1fr}dd{margin-bottom:6px}
.events thead{display:none}.events tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}
.events tr:last-child{border-bottom:0}.events td{display:block;border:0;padding:1px 0}
.events td:first-child{float:left;padding-right:10px;font-weight:600}}
@media print{body{background:#fff}.card{break-inside:avoid}.back{display:none}}
`;

/** The same plot for wide and for narrow pages; the style shows the one that fits. */
function figure(draw: (width: number) => string | undefined): string {
  const large = draw(wide);
  const small = draw(narrow);
  if (large === undefined || small === undefined) return '';
  return `<figure><div class="wide">${large}</div><div class="narrow">${small}</div></figure>`;
}

function severity(event: AnomalyEvent): string {
  const { name, color } = severityClass(event.severity);
  const width = Math.max(4, Math.round(event.severity));
  return (
    `<span class="severity"><span class="track"><span class="fill" style="display:block;width:${width}%;background:${color}">` +
    `</span></span>${Math.round(event.severity)} ${name}</span>`
  );
}

function shares(event: AnomalyEvent, most: number): string {
  return channelShares(event, most)
    .map(({ name, percent }) => `${escape(name)} ${percent}%`)
    .join(', ');
}

function eventList(series: Series, detection: Detection, clock: SeriesClock): string {
  const several = series.channels.length > 1;
  const body = detection.events.map((event, i) => {
    const number = i < mostDetailed ? `<a href="#event-${i + 1}">${i + 1}</a>` : String(i + 1);
    return [
      `<tr><td class="number">${number}</td>`,
      `<td class="number">${escape(clock.at(event.startIndex))}</td>`,
      `<td class="number">${escape(clock.length(event.startIndex, event.endIndex))}</td>`,
      `<td>${severity(event)}</td>`,
      several ? `<td>${shares(event, 3)}</td>` : '',
      `<td>${escape(event.reason)}</td></tr>`,
    ].join('');
  });
  return (
    `<table class="events"><thead><tr><th>#</th><th>Start</th><th>Duration</th><th>Severity</th>` +
    `${several ? '<th>Channels</th>' : ''}<th>Why</th></tr></thead><tbody>${body.join('')}</tbody></table>`
  );
}

function attendedList(event: AnomalyEvent, clock: SeriesClock): string {
  const attendedRows = event.attended
    .slice(0, 8)
    .map(
      ({ start, end, weight }) =>
        `<tr><td class="number">${escape(clock.at(start))}</td><td class="number">${escape(clock.length(start, end))}</td>` +
        `<td class="number">${(weight * 100).toFixed(0)}%</td></tr>`,
    );
  return `<table><thead><tr><th>Normal interval from</th><th>Length</th><th>Attention</th></tr></thead><tbody>${attendedRows.join('')}</tbody></table>`;
}

function peerList({ peers = [] }: AnomalyEvent): string {
  if (peers.length === 0) return '';
  const body = peers
    .slice(0, 8)
    .map(
      ({ name, weight }) =>
        `<tr><td>${escape(name)}</td><td class="number">${(weight * 100).toFixed(0)}%</td></tr>`,
    );
  return (
    '<h3>Compared with, at the same time</h3><table><thead><tr><th>Channel</th><th>Attention</th></tr></thead>' +
    `<tbody>${body.join('')}</tbody></table>`
  );
}

function channelList(event: AnomalyEvent): string {
  if (event.channels.length < 2) return '';
  const items = channelShares(event, 8).map(
    ({ name, percent }) =>
      `<tr><td>${escape(name)}</td><td class="number"><span class="severity"><span class="track">` +
      `<span class="fill" style="display:block;width:${percent}%;background:#1b5e9b"></span></span>${percent}%</span></td></tr>`,
  );
  return `<h3>Channels</h3><table><tbody>${items.join('')}</tbody></table>`;
}

function eventSection(
  series: Series,
  detection: Detection,
  i: number,
  clock: SeriesClock,
  timeZone: string,
): string {
  const event = detection.events[i]!;
  const compared = figure((width) => plotAttended(series, event, { width, timeZone, title: '' }));
  return [
    `<section class="card" id="event-${i + 1}"><a class="back" href="#events">all events</a>`,
    `<h2>Event ${i + 1}: ${escape(clock.at(event.startIndex))}, ${escape(clock.length(event.startIndex, event.endIndex))}</h2>`,
    `<p>${severity(event)}</p><p>${escape(event.reason)}</p>`,
    figure((width) => plotEvent(series, detection, event, { width, timeZone })),
    channelList(event),
    peerList(event),
    compared === ''
      ? ''
      : `<h3>What it was compared with</h3><p class="notes">The detector looked for intervals like this one; these are the ones it attended to most.</p>${compared}${attendedList(event, clock)}`,
    '</section>',
  ].join('');
}

/**
 * The result as one self-contained HTML page: no script, no request, light and dark, for wide and narrow screens.
 */
export function detectionReport(series: Series, detection: Detection, options: ReportOptions): string {
  const { timeZone } = options;
  const clock = new SeriesClock(series, timeZone);
  const name = series.name ?? 'Series';
  const { events } = detection;
  const worst = Math.max(0, ...events.map((event) => event.severity));
  const lead =
    events.length === 0
      ? `No anomalies in ${rows(series.time.length)}.`
      : `${events.length} anomalous ${events.length === 1 ? 'event' : 'events'} in ${rows(series.time.length)}; the highest severity is ${Math.round(worst)} of 100.`;
  const facts = listFacts(series, detection, timeZone, options.input)
    .map(([title, value]) => `<dt>${escape(title)}</dt><dd>${escape(value)}</dd>`)
    .join('');
  const notes = detection.notes.map((note) => `<p class="notes">${escape(note)}</p>`).join('');
  const detailed = events
    .slice(0, mostDetailed)
    .map((_, i) => eventSection(series, detection, i, clock, timeZone));
  const undetailed = events.length - detailed.length;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>Anomalies in ${escape(name)}</title><style>${style}</style></head><body><main>`,
    `<header><h1>Anomalies in ${escape(name)}</h1><p class="lead">${lead}</p></header>`,
    `<section class="card"><dl>${facts}</dl>${notes}</section>`,
    `<section class="card"><h2>Overview</h2>${figure((width) => plotDetection(series, detection, { width, timeZone, title: '' }))}</section>`,
    `<section class="card" id="events"><h2>Events</h2>${events.length === 0 ? '<p>None.</p>' : eventList(series, detection, clock)}</section>`,
    ...detailed,
    undetailed > 0
      ? `<p class="notes">${undetailed} further events are in the list above, without pictures.</p>`
      : '',
    `<footer>Made by Heed${options.command ? ` with <code>${escape(options.command)}</code>` : ''}. A score above 1 is anomalous; severity runs from 0 to 100.</footer>`,
    '</main></body></html>\n',
  ].join('\n');
}
