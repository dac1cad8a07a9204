import { formatDuration } from '../series/time.js';
import type { Incidents } from './ledger.js';
import { states } from './monitor-host.js';
import type { Output } from './outputs/output.js';
import type { ClusterState, FleetView, Watched } from './running.js';

export interface StatusParts {
  readonly watches: readonly Watched[];
  readonly outputs: readonly Output[];
  readonly ledger: Incidents;
  /** Undefined where this process works alone. */
  readonly cluster: ClusterState | undefined;
  readonly started: number;
  readonly now: number;
  readonly notice: string | undefined;
}

/** Rows of a list on the page; more of them are at /api/incidents. */
const MOST_ROWS = 100;

/** The page at `/`: no script, one request. */
export function statusPage({ watches, outputs, ledger, cluster, started, now, notice }: StatusParts): string {
  const open = ledger.listOpen();
  const failing = watches
    .flatMap(({ fleet }) => [...fleet.units.values()])
    .filter(({ failure }) => failure !== undefined)
    .slice(0, MOST_ROWS);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Heed</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="15">
<style>body{font:14px/1.5 system-ui,sans-serif;margin:1.5rem;max-width:75rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%;margin-bottom:1.5rem}th,td{text-align:left;padding:.25rem .75rem .25rem 0;
border-bottom:1px solid #8884;vertical-align:top}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.bad{color:#c4162a}</style></head><body>
<h1>Heed</h1><p>Up for ${ago(now - started)}. <a href="metrics">Metrics</a>, <a href="api/incidents">incidents as JSON</a>.</p>
${cluster === undefined ? '' : tellRole(cluster)}
${notice === undefined ? '' : `<p class="bad">${escape(notice)}</p>`}
<h2>Queries</h2>${table(
    ['query', 'series', 'states', 'latest point', 'round', 'rounds', 'failed', ''],
    watches.map(({ watch, fleet }) => [
      escape(watch.query.name),
      String(fleet.units.size) +
        (fleet.leftOut > 0 ? `, <span class="bad">${fleet.leftOut} left out</span>` : ''),
      tellStates(fleet),
      Number.isNaN(watch.last) ? 'none yet' : `${ago(watch.lag)} ago`,
      Number.isNaN(watch.milliseconds)
        ? ''
        : `${(watch.milliseconds / 1000).toFixed(2)} s of ${formatDuration(watch.query.step)}`,
      String(watch.rounds),
      String(watch.failures),
      watch.failure === undefined ? '' : `<span class="bad">${escape(watch.failure)}</span>`,
    ]),
  )}
<h2>Open incidents (${open.length})</h2>${table(
    ['since', 'severity', 'query', 'series', 'reason'],
    open
      .slice(0, MOST_ROWS)
      .map(({ incident, query, series, muted, link }) => [
        time(incident.start),
        incident.severity.toFixed(0),
        escape(query),
        link === undefined ? escape(series) : `<a href="${escape(link)}">${escape(series)}</a>`,
        escape(incident.reason) + (muted === undefined ? '' : ` <em>Not told: ${escape(muted)}.</em>`),
      ]),
  )}
${
  failing.length === 0
    ? ''
    : `<h2>Failing series</h2>${table(
        ['query', 'series', 'times', 'why'],
        failing.map(({ query, channels, failures, failure }) => [
          escape(query.name),
          escape(channels[0]!.name),
          String(failures),
          escape(failure ?? ''),
        ]),
      )}`
}
<h2>Lately closed</h2>${table(
    ['from', 'to', 'severity', 'query', 'series', 'reason'],
    ledger
      .listClosed()
      .slice(0, 20)
      .map(({ incident, query, series, closedBecause }) => [
        time(incident.start),
        time(incident.end),
        incident.severity.toFixed(0),
        escape(query),
        escape(series),
        escape(incident.reason) +
          (closedBecause === undefined ? '' : ` <em>Closed: ${escape(closedBecause)}.</em>`),
      ]),
  )}
<h2>Outputs</h2>${table(
    ['output', 'sent', 'waiting', 'dropped', 'failed attempts', ''],
    outputs.map(({ name, sent, waiting, dropped, failures, failure }) => [
      escape(name),
      String(sent),
      String(waiting),
      String(dropped),
      String(failures),
      failure === undefined ? '' : `<span class="bad">${escape(failure)}</span>`,
    ]),
  )}
</body></html>
`;
}

function tellRole({ id, leads, shards, lost }: ClusterState): string {
  const role = leads
    ? 'It reads the sources and tells the outputs; incidents are those of all machines, series those held here.'
    : 'Another process reads the sources and tells the outputs; series and incidents are those held here.';
  return `<p>Process ${escape(id)} of several that share a Redis: ${shards} shards here, ${lost} went elsewhere. ${role}</p>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (row: readonly string[]) => row.map((cell) => `<td class="n">${cell}</td>`).join('');
  return `<table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells(row.slice(0, -1))}<td>${row.at(-1)!}</td></tr>`)
    .join('')}</tbody></table>`;
}

function tellStates(fleet: FleetView): string {
  const counts = states.map(() => 0);
  for (const { reading } of fleet.units.values()) counts[reading[1] ?? 0]!++;
  return states.flatMap((state, i) => (counts[i]! > 0 ? [`${counts[i]} ${state}`] : [])).join(', ');
}

const time = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
const ago = (ms: number): string =>
  formatDuration(Math.max(0, Math.round(ms / 1000)) * 1000 || 0).replace('0ms', '0s');

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
